package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.PolicyBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.util.function.Predicate;

/**
 * Builds an {@link SqsTelemetry}. Rejects wrong values at once. Not thread-safe. A destination of a policy is the name of a
 * queue, the last part of its URL.
 */
public final class SqsTelemetryBuilder extends PolicyBuilder<SqsTelemetryBuilder> {

    static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_576;

    private static final int LEAST_MAX_MESSAGE_BYTES = 1_024;

    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;
    private Predicate<String> snsEnvelopes = queue -> false;

    SqsTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
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
        return new SqsTelemetry(new SqsSettings(buildMessaging(), maxMessageBytes, snsEnvelopes));
    }
}
