package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One pass over many messages: what they have in common, where they come from, how many there are. */
final class MessageScan<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final Operation<M> operation;

    private int count;
    /** How many messages there may be; 0 if unknown. */
    private int expected;

    private @Nullable M first;
    private @Nullable DestinationOperation firstDestination;
    private boolean destinationVaries;
    private @Nullable String firstPartition;
    private boolean partitionVaries;
    private boolean scanning = true;
    private @Nullable BoundedLinks<M> links;
    private Tally tally;
    /** Of the message at hand. */
    private final TraceParent traceParent = new TraceParent();

    MessageScan(MessagingTelemetry telemetry, MessageFacts<M, H> facts, Operation<M> operation) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.operation = operation;
        this.tally = new Tally(operation.unknown());
    }

    /** @param counts whether nobody counted a message before */
    void over(Iterable<? extends M> messages, Predicate<? super M> counts, Context ambient) {
        expected = sizeOf(messages);
        try {
            for (M message : facts.elements(messages)) {
                if (!facts.isControl(message)) {
                    scan(message, counts.test(message), ambient);
                }
            }
        } catch (Throwable t) {
            telemetry.errors.add("scan", t);
        }
        tally.flush();
        scanning = false;
    }

    private void scan(M message, boolean counts, Context ambient) {
        DestinationOperation destination = operation.of(message);
        String partition = facts.partition(message);
        if (count++ == 0) {
            first = message;
            firstDestination = destination;
            firstPartition = partition;
        } else {
            destinationVaries |= firstDestination == null || !destination.isSameAs(firstDestination);
            partitionVaries |= destinationVaries || !Objects.equals(partition, firstPartition);
        }
        if (!tally.destination.isSameAs(destination)) {
            tally.flush();
            tally = new Tally(destination);
        }
        if (!destination.policy.propagation) {
            tally.add(null, counts);
            return;
        }
        H headers = facts.headers(message);
        if (headers == null) {
            tally.add(Extraction.Outcome.MISSING, counts);
            return;
        }
        boolean trusted = destination.policy.trusted;
        if (traceParent.readAlone(telemetry.propagation, facts.carrier, headers)) {
            tally.add(Extraction.Outcome.LINKED, counts);
            links().add(trusted ? traceParent : traceParent.untrusted(), message, trusted);
            return;
        }
        Extraction<H> extraction = Extraction.ofAllFields(telemetry.propagation, facts.carrier, headers, ambient);
        tally.add(extraction.outcome(), counts);
        destination.rejected(extraction);
        SpanContext origin = extraction.spanContext();
        if (origin.isValid()) {
            links().add(trusted ? origin : untrusted(origin), message, trusted);
        }
    }

    /** Made for the first link: most polls of an application that waits for messages bring none. */
    private BoundedLinks<M> links() {
        BoundedLinks<M> known = links;
        if (known == null) {
            // whose policy counts is known at the end: that of the one destination, or of none in particular
            int maxLinks = firstDestination == null
                    ? 1
                    : Math.max(firstDestination.policy.maxLinks, operation.unknown().policy.maxLinks);
            known = new BoundedLinks<>(maxLinks, expected, this::linkAttributes, this::withoutCommon);
            links = known;
        }
        return known;
    }

    private int sizeOf(Iterable<? extends M> messages) {
        try {
            return messages instanceof Collection<?> all ? all.size() : 0;
        } catch (Throwable t) {
            telemetry.errors.add("scan", t);
            return 0;
        }
    }

    static SpanContext untrusted(SpanContext context) {
        return context.isValid()
                ? SpanContext.createFromRemoteParent(
                        context.getTraceId(), context.getSpanId(), TraceFlags.getDefault(), TraceState.getDefault())
                : context;
    }

    int count() {
        return count;
    }

    /** The operation on the one destination of all messages, or on an unknown one. */
    DestinationOperation operation() {
        return destinationVaries || firstDestination == null ? operation.unknown() : firstDestination;
    }

    /** The one partition of all messages, or null. */
    @Nullable
    String partition() {
        return partitionVaries ? null : firstPartition;
    }

    BoundedLinks.Result links(int atMost) {
        return links == null ? new BoundedLinks.Result(new ArrayList<>(1), 0) : links.result(atMost);
    }

    /** What is the same for all messages stands on the span (conventions, "Recording per-message attributes"). */
    private Attributes withoutCommon(Attributes attributes) {
        boolean destination = !destinationVaries && attributes.get(Semconv.DESTINATION_NAME) != null;
        boolean partition = !partitionVaries && attributes.get(Semconv.PARTITION_ID) != null;
        if (!destination && !partition) {
            return attributes;
        }
        AttributesBuilder builder = attributes.toBuilder();
        if (destination) {
            builder.remove(Semconv.DESTINATION_NAME);
        }
        if (partition) {
            builder.remove(Semconv.PARTITION_ID);
        }
        return builder.build();
    }

    private Attributes linkAttributes(M message) {
        if (!scanning && count == 1) {
            return Attributes.empty();
        }
        DestinationOperation destination = operation.of(message);
        BoundedAttributes sink = new BoundedAttributes(destination);
        if (scanning || destinationVaries) {
            sink.put(Semconv.DESTINATION_NAME, destination.destination);
        }
        if (scanning || partitionVaries) {
            sink.put(Semconv.PARTITION_ID, facts.partition(message));
        }
        facts.write(message, sink);
        return sink.build();
    }

    /**
     * Writes what holds for the span of all these messages.
     *
     * @param batch whether there could have been several, and so how many there are says something
     */
    void describe(MessageSpan span, BoundedLinks.Result result, boolean batch) {
        if (batch) {
            span.put(Semconv.BATCH_MESSAGE_COUNT, (long) count);
        }
        if (result.leftOut() > 0) {
            span.put(Semconv.LINKS_LEFT_OUT, result.leftOut());
            span.operation.linksLeftOut(result.leftOut());
        }
        M only = count == 1 ? first : null;
        if (only != null && span.isRecording()) {
            facts.write(only, span);
        }
    }

    /** Counts of one destination, summed up so that a poll of 500 adds to each counter once. */
    private static final class Tally {
        final DestinationOperation destination;
        private final int[] outcomes = new int[Extraction.Outcome.values().length];
        private int delivered;

        Tally(DestinationOperation destination) {
            this.destination = destination;
        }

        /** @param outcome null if nothing was read */
        void add(Extraction.@Nullable Outcome outcome, boolean counts) {
            if (counts) {
                delivered++;
                if (outcome != null) {
                    outcomes[outcome.ordinal()]++;
                }
            }
        }

        void flush() {
            if (delivered > 0) {
                destination.consumed(delivered);
                for (Extraction.Outcome outcome : Extraction.Outcome.values()) {
                    destination.extracted(outcomes[outcome.ordinal()], outcome);
                }
            }
        }
    }
}
