package dev.linkspan.propagation;

import org.jspecify.annotations.Nullable;

/**
 * The application's code for one message that returns a value. What it throws reaches the caller unchanged.
 *
 * @param <M> the message type
 * @param <R> the result type
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface MessageFunction<M, R extends @Nullable Object, X extends Throwable> {

    /** Handles the message. */
    R apply(M message) throws X;
}
