package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetryBuilder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Builds an {@link SqsTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class SqsTelemetryBuilder {

    static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_576;

    private static final int LEAST_MAX_MESSAGE_BYTES = 1_024;

    private final MessagingTelemetryBuilder messaging;
    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;
    private Predicate<String> snsEnvelopes = queue -> false;

    SqsTelemetryBuilder(MessagingTelemetryBuilder messaging) {
        this.messaging = messaging;
    }

    /**
     * Changes the policy for all queues: {@code policy(p -> p.maxLinks(64))}.
     *
     * @throws NullPointerException if the change is null or returns null
     */
    public SqsTelemetryBuilder policy(UnaryOperator<MessagingPolicy> change) {
        messaging.policy(change);
        return this;
    }

    /**
     * Changes the policy for one queue, on top of the policy for all.
     *
     * @param queue its name, the last part of its URL
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public SqsTelemetryBuilder policy(String queue, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(queue, change);
        return this;
    }

    /**
     * Changes the policy for some queues, on top of the policy for all. Where several apply, they do so in the order in which
     * they were added.
     *
     * @param queues asked about once per queue; must follow from its name alone
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public SqsTelemetryBuilder policy(Predicate<String> queues, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(queues, change);
        return this;
    }

    /**
     * How large a message, or all messages of a batch together, may be, with their attributes: the least
     * {@code MaximumMessageSize} of the queues that are sent to. A message that our attributes would make larger goes without
     * them. 1,048,576 by default, which is SQS's own limit.
     *
     * @param bytes 1,024 to 1,048,576
     * @throws IllegalArgumentException if it is outside of that
     */
    public SqsTelemetryBuilder maxMessageBytes(int bytes) {
        if (bytes < LEAST_MAX_MESSAGE_BYTES || bytes > DEFAULT_MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("maxMessageBytes is " + bytes + " but must be from "
                    + LEAST_MAX_MESSAGE_BYTES + " to " + DEFAULT_MAX_MESSAGE_BYTES + ", as MaximumMessageSize is");
        }
        this.maxMessageBytes = bytes;
        return this;
    }

    /**
     * For queues that an SNS topic delivers to without raw message delivery: the context is looked for in the body too, where
     * SNS puts the attributes then. No queue by default.
     *
     * @param queues asked about by name; must follow from that alone
     * @throws NullPointerException if queues is null
     */
    public SqsTelemetryBuilder snsEnvelopes(Predicate<String> queues) {
        this.snsEnvelopes = requireNonNull(queues, "queues must not be null");
        return this;
    }

    /** Builds it. */
    public SqsTelemetry build() {
        return new SqsTelemetry(new SqsSettings(messaging.build(), maxMessageBytes, snsEnvelopes));
    }
}
