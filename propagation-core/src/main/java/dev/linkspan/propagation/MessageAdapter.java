package dev.linkspan.propagation;

import org.jspecify.annotations.Nullable;

/**
 * What core must know of a broker's message. Writing one of these and a {@link HeaderCarrier} is how a broker is added.
 *
 * <p>Facts are read one by one, and most only when a span records, so that nothing is built for a span nobody sees.
 * Methods may throw: core counts it and goes on without the fact. Implementations are thread-safe.
 *
 * <p>Destination names, templates and whether a destination is temporary are asked about once per destination name and
 * remembered, so they must follow from that name alone.
 *
 * @param <M> the message type, such as Kafka's {@code ConsumerRecord}
 * @param <H> its header type
 */
public interface MessageAdapter<M, H> {

    /** The instrumentation scope's name, such as {@code dev.linkspan.kafka}. */
    String instrumentationName();

    /** The instrumentation scope's version; null by default. */
    default @Nullable String instrumentationVersion() {
        return null;
    }

    /** The value of {@code messaging.system}, such as {@code kafka}. */
    String system();

    /** The carrier for this adapter's headers. */
    HeaderCarrier<H> carrier();

    /** The message's headers, or null if it has none. */
    @Nullable
    H headers(M message);

    /** The destination's name (topic, queue, subject), or null if unknown. */
    @Nullable
    String destination(M message);

    /** A low-cardinality template of the destination, such as {@code _INBOX}; null by default. */
    default @Nullable String destinationTemplate(M message) {
        return null;
    }

    /** Whether the destination exists only for a while, such as a reply inbox; its name then stays out of span names. */
    default boolean temporary(M message) {
        return false;
    }

    /** Whether the broker made up the destination's name; it then stays out of span names. */
    default boolean anonymous(M message) {
        return false;
    }

    /**
     * Whether this is no producer's message but the broker's own word to its client, such as a status message of NATS; it
     * makes no spans and is not counted. False by default.
     */
    default boolean control(M message) {
        return false;
    }

    /**
     * What is known of the client that has this message, where one tracer serves several clients. Asked for each message, so
     * return the same object for the same client. Null, the default, for what the tracer was made with.
     */
    default @Nullable ClientFacts client(M message) {
        return null;
    }

    /** The partition that holds the message, or null. */
    default @Nullable String partition(M message) {
        return null;
    }

    /** The broker's or the producer's id of the message, or null. */
    default @Nullable String messageId(M message) {
        return null;
    }

    /** The id of the conversation that the message belongs to, or null. */
    default @Nullable String conversationId(M message) {
        return null;
    }

    /** How many times the broker delivered this message, 1 for the first time; 0 if unknown. */
    default int deliveryCount(M message) {
        return 0;
    }

    /** The size of the message's body in bytes, uncompressed where both are known; -1 if unknown. */
    default long bodySize(M message) {
        return -1;
    }

    /**
     * Writes what else varies per message under the broker's own names. Called only for spans that record, and for the
     * links that a batch keeps.
     */
    default void attributes(M message, AttributeSink sink) {}

    /**
     * The same messages in the same order, where the client's own iterator does more than to iterate: other instrumentation
     * hooks some to trace the application's loop. By default what is given.
     */
    default Iterable<? extends M> elements(Iterable<? extends M> messages) {
        return messages;
    }

    /** The broker's name for sending, the first word of a send span's name; {@code send} by default. */
    default String sendName() {
        return "send";
    }

    /** The broker's name for receiving, the first word of a receive span's name; {@code receive} by default. */
    default String receiveName() {
        return "receive";
    }
}
