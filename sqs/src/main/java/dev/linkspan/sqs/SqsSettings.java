package dev.linkspan.sqs;

import dev.linkspan.propagation.MessagingTelemetry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What all clients of one {@link SqsTelemetry} share. */
final class SqsSettings {

    private static final int REMEMBERED = 1000;

    final MessagingTelemetry telemetry;
    final int maxMessageBytes;
    private final Predicate<String> snsEnvelopes;
    private final Set<String> counted = ConcurrentHashMap.newKeySet();

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
        if (queue == null || counted.contains(queue)) {
            return;
        }
        // who still receives from one of them says so again with the next receive
        if (counted.size() >= REMEMBERED) {
            counted.clear();
        }
        counted.add(queue);
    }

    /** Queues are told apart by their names, for a queue can have several URLs. */
    boolean areDeliveriesCounted(@Nullable String queue) {
        return queue != null && counted.contains(queue);
    }
}
