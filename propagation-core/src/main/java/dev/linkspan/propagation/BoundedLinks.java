package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    final Map<Key, Entry<M>> kept = new HashMap<>();
    private final Candidates<M> sampled;
    private final Candidates<M> unsampled;
    private @Nullable Entry<M> first;
    private @Nullable Entry<M> last;
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
        messages++;
        Entry<M> before = last;
        if (before != null && sameSpan(before.context, context)) {
            before.merge(message, attributesOf);
            return;
        }
        Key key = new Key(context.getTraceId(), context.getSpanId());
        Entry<M> entry = kept.get(key);
        if (entry != null) {
            entry.merge(message, attributesOf);
            last = entry;
            return;
        }
        entry = new Entry<>(key, context, message, order++);
        if (first == null && mayBeFirst) {
            first = entry;
            kept.put(key, entry);
        } else if ((context.isSampled() ? sampled : unsampled).add(entry, kept)) {
            kept.put(key, entry);
        }
        last = entry;
    }

    /** The links, and how many messages with a context none of them stands for. */
    Result result() {
        return result(maxLinks);
    }

    /** @param atMost fewer links than this object was made for, if others need room on the span */
    Result result(int atMost) {
        int wanted = Math.min(atMost, maxLinks);
        List<Entry<M>> chosen = new ArrayList<>(Math.min(wanted, kept.size()));
        if (first != null) {
            chosen.add(first);
        }
        sampled.spread(wanted - chosen.size(), chosen);
        unsampled.spread(wanted - chosen.size(), chosen);
        chosen.sort(Comparator.comparingInt(entry -> entry.order));
        List<DestinationOperation.Link> links = new ArrayList<>(chosen.size() + 1);
        int standFor = 0;
        for (Entry<M> entry : chosen) {
            standFor += entry.count;
            links.add(new DestinationOperation.Link(entry.context, entry.attributes(attributesOf)));
        }
        return new Result(links, messages - standFor);
    }

    record Result(List<DestinationOperation.Link> links, int leftOut) {}

    static boolean sameSpan(SpanContext a, SpanContext b) {
        return a.getSpanId().equals(b.getSpanId()) && a.getTraceId().equals(b.getTraceId());
    }

    private record Key(String traceId, String spanId) {}

    private static final class Entry<M> {
        final Key key;
        final SpanContext context;
        final M message;
        final int order;
        int count = 1;
        /** What all messages so far have in common; null while there is only one. */
        private @Nullable Attributes common;

        Entry(Key key, SpanContext context, M message, int order) {
            this.key = key;
            this.context = context;
            this.message = message;
            this.order = order;
        }

        void merge(M other, Function<M, Attributes> attributesOf) {
            count++;
            if (common == null) {
                common = attributesOf.apply(message);
            }
            if (!common.isEmpty()) {
                common = intersection(common, attributesOf.apply(other));
            }
        }

        Attributes attributes(Function<M, Attributes> attributesOf) {
            if (common == null) {
                return attributesOf.apply(message);
            }
            return common.toBuilder()
                    .put(Semconv.LINK_MESSAGE_COUNT, (long) count)
                    .build();
        }

        private static Attributes intersection(Attributes a, Attributes b) {
            if (a.equals(b)) {
                return a;
            }
            AttributesBuilder both = Attributes.builder();
            a.forEach((key, value) -> {
                if (value.equals(b.get(key))) {
                    put(both, key, value);
                }
            });
            return both.build();
        }

        @SuppressWarnings("unchecked") // key and value stem from one Attributes
        private static <T> void put(AttributesBuilder builder, AttributeKey<T> key, Object value) {
            builder.put(key, (T) value);
        }
    }

    /** Every stride-th of what was added; the stride doubles when there are too many. */
    private static final class Candidates<M> {
        private final int capacity;
        private List<Entry<M>> entries = new ArrayList<>();
        private int stride = 1;
        private int seen;

        Candidates(int capacity) {
            this.capacity = capacity;
        }

        boolean add(Entry<M> entry, Map<Key, Entry<M>> kept) {
            if (seen++ % stride != 0) {
                return false;
            }
            entries.add(entry);
            if (entries.size() > capacity) {
                thin(kept);
            }
            return true;
        }

        private void thin(Map<Key, Entry<M>> kept) {
            List<Entry<M>> half = new ArrayList<>(capacity);
            for (int i = 0; i < entries.size(); i++) {
                if (i % 2 == 0) {
                    half.add(entries.get(i));
                } else {
                    kept.remove(entries.get(i).key);
                }
            }
            entries = half;
            stride *= 2;
        }

        /** Adds so many of them to the list, from the first to the last at even distances. */
        void spread(int wanted, List<Entry<M>> chosen) {
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
