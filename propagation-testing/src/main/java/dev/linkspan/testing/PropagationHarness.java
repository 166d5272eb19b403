package dev.linkspan.testing;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link PropagationContract} must know of a broker and its wrapped client. Used by one test on one thread; methods
 * may block until the broker has done what they say, and should give up with an exception after some seconds.
 *
 * @param <O> what the application gives the client to send
 * @param <M> what the application gets from the client
 */
public interface PropagationHarness<O, M> extends AutoCloseable {

    /** Makes the clients: one wrapped with this telemetry, and one that is not wrapped. Called once, before all others. */
    void start(MessagingTelemetry telemetry) throws Exception;

    /** Makes a destination that no other test uses, with whatever is needed to send to it and receive from it. */
    String uniqueDestination() throws Exception;

    /**
     * Makes a message to be sent.
     *
     * @param headers in this order; two of one name only if {@link #carriesDuplicates}; a value may be null if {@link
     *     #carries} says so
     */
    O message(String destination, String body, List<? extends Map.Entry<String, byte[]>> headers);

    /** All that the caller can see of a message that it made, as text: whether a send changed it is judged by this. */
    String describe(O message);

    /** Sends through the wrapped client, and returns when the broker has the message. */
    void send(O message) throws Exception;

    /** Sends through the client that is not wrapped, and returns when the broker has the message. */
    void sendBare(O message) throws Exception;

    /** Receives so many messages through the wrapped client, in one call of the client or in several. */
    List<M> receive(String destination, int count) throws Exception;

    /**
     * Receives as a second application that gets each message too, such as another consumer group. Called only if
     * {@link #fansOut}, after {@link #receive}.
     */
    default List<M> receiveAsOther(String destination, int count) throws Exception {
        throw new UnsupportedOperationException("this broker gives a message to one application only");
    }

    /** The tracer over the wrapped client, for messages of {@link #receive}. */
    MessageTracer<M> tracer();

    /** Settles messages through the wrapped client: acknowledges, commits or deletes them. */
    void settle(String destination, List<M> messages) throws Exception;

    /** Gives messages back, so that the next {@link #receive} gets them again. */
    void giveBack(String destination, List<M> messages) throws Exception;

    /** The body of a received message. */
    String body(M message);

    /** The headers of a received message, duplicates included, without those that the broker itself adds. */
    List<? extends Map.Entry<String, byte[]>> headers(M message);

    /**
     * Whether the broker can carry this header at all. What it cannot carry is not tried.
     *
     * @param value the bytes; null for a header without a value
     * @return true by default, except without a value
     */
    default boolean carries(String name, byte @Nullable [] value) {
        return value != null;
    }

    /** Whether a message can carry two headers of one name; false by default. */
    default boolean carriesDuplicates() {
        return false;
    }

    /** Whether {@link #receiveAsOther} works; false by default. */
    default boolean fansOut() {
        return false;
    }

    /** Whether {@link #receive} makes receive spans, as it does where the application pulls; true by default. */
    default boolean pulls() {
        return true;
    }

    /** Closes the clients. Destinations need not be removed. */
    @Override
    void close() throws Exception;
}
