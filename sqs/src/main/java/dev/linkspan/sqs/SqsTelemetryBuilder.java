package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PolicyBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.util.function.Predicate;

/**
 * Builds an {@link SqsTelemetry}. Rejects wrong values at once. Not thread-safe. A destination of a policy is the name of a
 * queue, the last part of its URL.
 */
public final class SqsTelemetryBuilder extends PolicyBuilder<SqsTelemetryBuilder> {

    private static final int DEFAULT_MAX_MESSAGE_BYTES = 262_144;

    private static final int LEAST_MAX_MESSAGE_BYTES = 1_024;

    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;
    private Predicate<String> snsEnvelopes = queue -> false;

    SqsTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
    }

    SqsTelemetryBuilder(MessagingTelemetry messaging) {
        super(messaging);
    }

    /**
     * How large our attributes may make a message: the least {@code MaximumMessageSize} of the queues that are sent to. A
     * message that would become larger goes without them, with the context in {@code AWSTraceHeader}. One that is larger by
     * itself is for a queue that takes more, and may become as large as SQS allows, 1,048,576 bytes. 262,144 by default, which
     * was SQS's limit until 2025 and is what many queues still have.
     *
     * @param bytes 1,024 to 1,048,576, with the body and all attributes
     * @throws IllegalArgumentException if it is outside of that
     */
    public SqsTelemetryBuilder maxMessageBytes(int bytes) {
        if (bytes < LEAST_MAX_MESSAGE_BYTES || bytes > SqsSize.MOST) {
            throw new IllegalArgumentException("maxMessageBytes is " + bytes + " but must be from "
                    + LEAST_MAX_MESSAGE_BYTES + " to " + SqsSize.MOST + ", as MaximumMessageSize is");
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
