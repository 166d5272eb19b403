package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The creation contexts of many messages as at most so many links.
 *
 * <p>Equal contexts become one link that says how many messages it stands for. Links stand in message order; the first
 * trusted one is always kept; unsampled ones give way to sampled ones; within each class the kept ones are spread evenly
 * over the whole batch, so that no partition's tail vanishes. Memory is bounded by the number of links, not messages.
 */
final class BoundedLinks<M> {

    private static final int NONE = -1;

    private final int maxLinks;
    private final Function<M, Attributes> attributesOf;
    private final UnaryOperator<Attributes> stripped;
    private final LinkTable<M> kept;
    private final Candidates sampled;
    private final Candidates unsampled;
    private final TraceParent parsed = new TraceParent();
    /** The link that is always kept. */
    private int first = NONE;

    private final TraceParent firstIds = new TraceParent();
    /** The context of the message before, and its link if it has one: neighbours often are of one producer. */
    private final TraceParent before = new TraceParent();

    private int last = NONE;
    private long messages;

    /** @param attributesOf what a link says of the one message it stands for */
    BoundedLinks(int maxLinks, Function<M, Attributes> attributesOf) {
        this(maxLinks, 0, attributesOf, attributes -> attributes);
    }

    /**
     * @param expected how many messages there will be, if known
     * @param attributesOf what a link says of the one message it stands for
     * @param stripped leaves out of that what is said elsewhere
     */
    BoundedLinks(int maxLinks, int expected, Function<M, Attributes> attributesOf, UnaryOperator<Attributes> stripped) {
        this.maxLinks = maxLinks;
        this.attributesOf = attributesOf;
        this.stripped = stripped;
        // as many as there are of one kind before they are thinned out, and the first
        this.kept = new LinkTable<>((int) Math.min(expected, 2L * maxLinks + 2));
        this.sampled = new Candidates(2 * maxLinks);
        this.unsampled = new Candidates(2 * maxLinks);
    }

    /** @param mayBeFirst whether this link may be the one that is always kept */
    void add(SpanContext context, M message, boolean mayBeFirst) {
        parsed.of(context);
        add(parsed, context, message, mayBeFirst);
    }

    /** @param mayBeFirst whether this link may be the one that is always kept */
    void add(TraceParent context, M message, boolean mayBeFirst) {
        add(context, null, message, mayBeFirst);
    }

    private void add(TraceParent ids, @Nullable SpanContext context, M message, boolean mayBeFirst) {
        messages++;
        if (!before.isSameSpan(ids)) {
            before.of(ids);
            last = kept.find(ids);
            if (last == NONE) {
                last = keep(ids, context, message, mayBeFirst);
                return;
            }
        }
        if (last != NONE) {
            kept.merge(last, message, attributesOf);
        }
    }

    /** None if this one is left out, and with it its equals that follow. */
    private int keep(TraceParent ids, @Nullable SpanContext context, M message, boolean mayBeFirst) {
        if (first == NONE && mayBeFirst) {
            firstIds.of(ids);
            first = kept.add(ids, context, message);
            return first;
        }
        Candidates candidates = ids.isSampled() ? sampled : unsampled;
        if (!candidates.takesNext()) {
            return NONE;
        }
        int link = kept.add(ids, context, message);
        if (!candidates.isFullWithOneMore()) {
            return link;
        }
        thin(candidates);
        return kept.find(ids);
    }

    /** Leaves every other one of them. */
    private void thin(Candidates candidates) {
        int always = first;
        boolean areSampled = candidates == sampled;
        kept.retain(link -> link == always || kept.isSampled(link) != areSampled || candidates.keepsNext());
        candidates.thinned();
        first = always == NONE ? NONE : kept.find(firstIds);
    }

    /** How many contexts are remembered. */
    int size() {
        return kept.size();
    }

    /** The links, and how many messages with a context none of them stands for. */
    Result result() {
        return result(maxLinks);
    }

    /** @param atMost fewer links than this object was made for, if others need room on the span */
    Result result(int atMost) {
        int wanted = Math.min(atMost, maxLinks) - (first == NONE ? 0 : 1);
        Spread ofSampled = new Spread(sampled.size, wanted);
        Spread ofUnsampled = new Spread(unsampled.size, wanted - ofSampled.wanted);
        List<DestinationOperation.Link> links = new ArrayList<>(ofSampled.wanted + ofUnsampled.wanted + 2);
        long standFor = 0;
        for (int link = 0; link < kept.size(); link++) {
            if (link == first || (kept.isSampled(link) ? ofSampled : ofUnsampled).takesNext()) {
                standFor += kept.count(link);
                links.add(new DestinationOperation.Link(kept.context(link), attributes(link)));
            }
        }
        return new Result(links, messages - standFor);
    }

    private Attributes attributes(int link) {
        Attributes common = kept.common(link);
        return common == null
                ? stripped.apply(attributesOf.apply(kept.message(link)))
                : stripped.apply(common).toBuilder()
                        .put(Semconv.LINK_MESSAGE_COUNT, kept.count(link))
                        .build();
    }

    record Result(List<DestinationOperation.Link> links, long leftOut) {
        /** Where there is no span to have them. */
        static final Result NONE = new Result(List.of(), 0);
    }

    static boolean sameSpan(SpanContext a, SpanContext b) {
        return a.getSpanId().equals(b.getSpanId()) && a.getTraceId().equals(b.getTraceId());
    }

    /** Every stride-th of what was offered; the stride doubles when there are too many. */
    private static final class Candidates {
        private final int capacity;
        private int size;
        private int stride = 1;
        private int seen;
        /** While they are thinned out. */
        private int kept;

        Candidates(int capacity) {
            this.capacity = capacity;
        }

        boolean takesNext() {
            return seen++ % stride == 0;
        }

        boolean isFullWithOneMore() {
            return ++size > capacity;
        }

        boolean keepsNext() {
            return kept++ % 2 == 0;
        }

        void thinned() {
            size = (size + 1) / 2;
            kept = 0;
            stride *= 2;
        }
    }

    /** So many out of all, from the first to the last at even distances. */
    private static final class Spread {
        private final int size;
        final int wanted;
        private int offered;
        private int taken;

        Spread(int size, int wanted) {
            this.size = size;
            this.wanted = Math.max(0, Math.min(size, wanted));
        }

        boolean takesNext() {
            if (offered++ != next()) {
                return false;
            }
            taken++;
            return true;
        }

        private long next() {
            if (taken == wanted) {
                return NONE;
            }
            return wanted == 1 ? 0 : (long) taken * (size - 1) / (wanted - 1);
        }
    }
}
