package dev.linkspan.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run of the traced application against the same without tracing: the figures, and which invariants do not hold. */
public final class Comparison {

    private static final int MOST_LINKS = 128;
    /** traceparent, tracestate and baggage at their longest. */
    private static final int MOST_HEADER_BYTES = 55 + 512 + 8_192;

    private static final List<String> FIELDS = List.of("traceparent", "tracestate", "baggage");

    final long lost;
    final long duplicates;
    final long exceptionsAdded;
    final long spansOpen;
    private final Map<Invariant, List<String>> violations = new EnumMap<>(Invariant.class);

    Comparison(Fault fault, Observation bare, Observation seen) {
        lost = seen.handled.missing(bare.handled);
        duplicates = bare.handled.missing(seen.handled);
        exceptionsAdded = seen.arrived.entrySet().stream()
                .filter(entry -> isAdded(seen, entry))
                .count();
        spansOpen = seen.spans().open();

        check(Invariant.I1, lost == 0, lost + " messages lost");
        check(Invariant.I1, duplicates == 0, duplicates + " messages twice");
        long unanswered = seen.acknowledged.missing(bare.acknowledged) + bare.acknowledged.missing(seen.acknowledged);
        check(Invariant.I1, unanswered == 0, unanswered + " acknowledgements missing or too many");
        check(Invariant.I1, seen.networkDeath == null, "the client's thread died of " + seen.networkDeath);
        check(Invariant.I2, exceptionsAdded == 0, () -> exceptionsAdded + " exceptions added, such as " + first(seen));
        check(
                Invariant.I2,
                seen.arrived.keySet().equals(bare.arrived.keySet()),
                seen.arrived.size() + " exceptions arrived in place of " + bare.arrived.size());
        long suppressing = seen.arrived.values().stream()
                .filter(failure -> failure.getSuppressed().length > 0)
                .count();
        check(Invariant.I2, suppressing == 0, suppressing + " exceptions got suppressed ones");
        check(Invariant.I3, List.copyOf(seen.calls).equals(List.copyOf(bare.calls)), () -> firstDifference(bare, seen));
        check(Invariant.I4, spansOpen == 0, spansOpen + " spans left open");
        long backwards = seen.spans().backwards();
        check(Invariant.I4, backwards == 0, backwards + " spans ended before they began");
        check(Invariant.I5, seen.spans().mostLinks() <= MOST_LINKS, seen.spans().mostLinks() + " links");
        long heavy = seen.wire.entrySet().stream()
                .filter(entry -> ours(entry.getValue()) > MOST_HEADER_BYTES)
                .count();
        check(Invariant.I5, heavy == 0, heavy + " messages with too large headers");
        long repeated = seen.wire.entrySet().stream()
                .filter(message -> repeats(message.getValue()) && !repeats(bare.wire.get(message.getKey())))
                .count();
        check(Invariant.I5, repeated == 0, repeated + " messages with a field twice");
        if (fault.sameWire) {
            long changed = seen.wire.entrySet().stream()
                    .filter(message ->
                            !message.getValue().toString().equals(String.valueOf(bare.wire.get(message.getKey()))))
                    .count();
            check(Invariant.I5, changed == 0, changed + " messages with other headers");
        }
        seen.ownLogLines.forEach((line, count) -> check(Invariant.I5, count == 1, count + " times: " + line));
        check(Invariant.I6, seen.disturbed.isEmpty(), () -> seen.disturbed.size() + ": " + seen.disturbed.peek());
        check(Invariant.I6, seen.scopesLeft == 0, seen.scopesLeft + " contexts left current");
        check(
                Invariant.I6,
                List.copyOf(seen.interrupted).equals(List.copyOf(bare.interrupted)),
                seen.interrupted.size() + " calls left the thread interrupted in place of " + bare.interrupted.size());
        boolean loud = fault.quiet && seen.logCharacters >= 10_000;
        check(Invariant.I5, !loud, () -> String.format(Locale.ROOT, "%,d characters logged", seen.logCharacters));
        if (fault.quick && !fault.slowSends) {
            checkTime("sends", bare.sends, seen.sends);
        }
        if (fault.quick) {
            checkTime("handlers", bare.processes, seen.processes);
        }
        check(Invariant.I7, seen.locked.isEmpty(), () -> seen.locked.size() + ": " + seen.locked.peek());
    }

    /** What does not hold, in words; empty if all does. */
    public Map<Invariant, List<String>> violations() {
        return violations;
    }

    private void check(Invariant invariant, boolean holds, String otherwise) {
        check(invariant, holds, () -> otherwise);
    }

    private void check(Invariant invariant, boolean holds, java.util.function.Supplier<String> otherwise) {
        if (!holds) {
            violations.computeIfAbsent(invariant, i -> new ArrayList<>()).add(otherwise.get());
        }
    }

    /**
     * By the fastest tenth: what blocks, blocks each call, and what the machine or the network does meanwhile some. The
     * figures show p99.
     */
    private void checkTime(String calls, Observation.Nanos bare, Observation.Nanos seen) {
        double added = seen.micros(0.1) - bare.micros(0.1);
        check(Invariant.I7, added < 1_000, () -> String.format(Locale.ROOT, "fastest %s + %.0f us", calls, added));
    }

    /** A batch's failure carries what one of its messages raised. */
    private static boolean isAdded(Observation seen, Map.Entry<String, Throwable> arrived) {
        Throwable raised = seen.raised.get(arrived.getKey());
        return raised == null
                ? seen.raised.values().stream().noneMatch(any -> any == arrived.getValue())
                : raised != arrived.getValue();
    }

    private static boolean repeats(List<Header> headers) {
        return FIELDS.stream()
                .anyMatch(field -> headers.stream()
                                .filter(header -> header.name().equals(field))
                                .count()
                        > 1);
    }

    private static String first(Observation seen) {
        return seen.arrived.entrySet().stream()
                .filter(entry -> isAdded(seen, entry))
                .map(Object::toString)
                .findFirst()
                .orElse("");
    }

    private static String firstDifference(Observation bare, Observation seen) {
        List<String> expected = List.copyOf(bare.calls);
        List<String> actual = List.copyOf(seen.calls);
        int i = 0;
        while (i < Math.min(expected.size(), actual.size()) && expected.get(i).equals(actual.get(i))) {
            i++;
        }
        return actual.size() + " calls in place of " + expected.size() + "; call " + i + " was "
                + (i < actual.size() ? actual.get(i) : "none") + " in place of "
                + (i < expected.size() ? expected.get(i) : "none");
    }

    private static int ours(List<Header> headers) {
        return headers.stream()
                .filter(header -> FIELDS.contains(header.name()))
                .mapToInt(header -> header.value() == null ? 0 : header.value().length)
                .sum();
    }
}
