package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The creation contexts of many messages as at most so many links.
 *
 * <p>Equal contexts become one link that says how many messages it stands for. Links stand in message order; the first
 * trusted one is always kept; unsampled ones give way to sampled ones; within each class the kept ones are spread evenly
 * over the whole batch, so that no partition's tail vanishes. Memory is bounded by the number of links, not messages.
 */
final class BoundedLinks<M> {

    private final int maxLinks;
    private final Function<M, Attributes> attributesOf;
    private final LinkTable<M> kept = new LinkTable<>();
    private final Candidates<M> sampled;
    private final Candidates<M> unsampled;
    private final TraceParent parsed = new TraceParent();
    private @Nullable LinkEntry<M> first;
    /** The context of the message before, and its link if it has one: neighbours often are of one producer. */
    private final TraceParent before = new TraceParent();

    private @Nullable LinkEntry<M> last;
    private int order;
    private int messages;

    /** @param attributesOf what a link says of the one message it stands for */
    BoundedLinks(int maxLinks, Function<M, Attributes> attributesOf) {
        this.maxLinks = maxLinks;
        this.attributesOf = attributesOf;
        this.sampled = new Candidates<>(2 * maxLinks);
        this.unsampled = new Candidates<>(2 * maxLinks);
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
            if (last == null) {
                last = keep(ids, context, message, mayBeFirst);
                return;
            }
        }
        if (last != null) {
            last.merge(message, attributesOf);
        }
    }

    /** Null if this one is left out, and with it its equals that follow. */
    private @Nullable LinkEntry<M> keep(TraceParent ids, @Nullable SpanContext context, M message, boolean mayBeFirst) {
        boolean isFirst = first == null && mayBeFirst;
        Candidates<M> candidates = ids.isSampled() ? sampled : unsampled;
        int position = order++;
        if (!isFirst && !candidates.takesNext()) {
            return null;
        }
        LinkEntry<M> entry = new LinkEntry<>(ids, context, message, position);
        kept.add(entry);
        if (isFirst) {
            first = entry;
        } else {
            candidates.add(entry, kept);
        }
        return entry;
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
        int wanted = Math.min(atMost, maxLinks);
        List<LinkEntry<M>> chosen = new ArrayList<>(Math.min(wanted, kept.size()));
        if (first != null) {
            chosen.add(first);
        }
        sampled.spread(wanted - chosen.size(), chosen);
        unsampled.spread(wanted - chosen.size(), chosen);
        chosen.sort(Comparator.comparingInt(entry -> entry.order));
        List<DestinationOperation.Link> links = new ArrayList<>(chosen.size() + 1);
        int standFor = 0;
        for (LinkEntry<M> entry : chosen) {
            standFor += entry.count();
            links.add(new DestinationOperation.Link(entry.context(), entry.attributes(attributesOf)));
        }
        return new Result(links, messages - standFor);
    }

    record Result(List<DestinationOperation.Link> links, int leftOut) {}

    static boolean sameSpan(SpanContext a, SpanContext b) {
        return a.getSpanId().equals(b.getSpanId()) && a.getTraceId().equals(b.getTraceId());
    }

    /** Every stride-th of what was offered; the stride doubles when there are too many. */
    private static final class Candidates<M> {
        private final int capacity;
        private List<LinkEntry<M>> entries = new ArrayList<>();
        private int stride = 1;
        private int seen;

        Candidates(int capacity) {
            this.capacity = capacity;
        }

        boolean takesNext() {
            return seen++ % stride == 0;
        }

        void add(LinkEntry<M> entry, LinkTable<M> kept) {
            entries.add(entry);
            if (entries.size() > capacity) {
                thin(kept);
            }
        }

        private void thin(LinkTable<M> kept) {
            List<LinkEntry<M>> half = new ArrayList<>(capacity);
            for (int i = 0; i < entries.size(); i++) {
                if (i % 2 == 0) {
                    half.add(entries.get(i));
                } else {
                    entries.get(i).forget();
                }
            }
            kept.sweep();
            entries = half;
            stride *= 2;
        }

        /** Adds so many of them to the list, from the first to the last at even distances. */
        void spread(int wanted, List<LinkEntry<M>> chosen) {
            int size = entries.size();
            if (size <= wanted) {
                chosen.addAll(entries);
                return;
            }
            for (int i = 0; i < wanted; i++) {
                chosen.add(entries.get(wanted == 1 ? 0 : (int) ((long) i * (size - 1) / (wanted - 1))));
            }
        }
    }
}
