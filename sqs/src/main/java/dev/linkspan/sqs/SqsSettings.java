package dev.linkspan.sqs;

import dev.linkspan.propagation.BoundedMap;
import dev.linkspan.propagation.MessagingTelemetry;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What all clients of one {@link SqsTelemetry} share. */
final class SqsSettings {

    final MessagingTelemetry telemetry;
    final int maxMessageBytes;
    private final Predicate<String> snsEnvelopes;
    /** Who still receives from a queue that was forgotten says so again with the next receive. */
    private final BoundedMap<String, Boolean> counted = new BoundedMap<>();

    SqsSettings(MessagingTelemetry telemetry, int maxMessageBytes, Predicate<String> snsEnvelopes) {
        this.telemetry = telemetry;
        this.maxMessageBytes = maxMessageBytes;
        this.snsEnvelopes = snsEnvelopes;
    }

    boolean readsSnsEnvelopes(@Nullable String queue) {
        try {
            return queue != null && snsEnvelopes.test(queue);
        } catch (Throwable t) {
            telemetry.suppressed("sqs.snsEnvelopes", t);
            return false;
        }
    }

    /** A wrapped client receives from this queue, and counts what it receives. */
    void countsDeliveriesOf(@Nullable String queue) {
        if (queue != null && !areDeliveriesCounted(queue)) {
            counted.remember(queue, true);
        }
    }

    /** Queues are told apart by their names, for a queue can have several URLs. */
    boolean areDeliveriesCounted(@Nullable String queue) {
        return queue != null && counted.get(queue) != null;
    }
}
