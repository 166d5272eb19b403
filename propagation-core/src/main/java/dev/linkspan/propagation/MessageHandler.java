package dev.linkspan.propagation;

/**
 * The application's code for one message. What it throws reaches the caller unchanged.
 *
 * @param <M> the message type
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface MessageHandler<M, X extends Throwable> {

    /** Handles the message. */
    void handle(M message) throws X;
}
