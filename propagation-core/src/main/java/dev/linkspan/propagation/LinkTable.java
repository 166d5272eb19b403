package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Links to be, in order of arrival, each with the messages that it stands for. Their ids lie in one array and are found by
 * hashing, so that neither a link nor the question for one is an object: a batch asks for each message.
 */
final class LinkTable<M> {

    private static final int LEAST = 16;
    private static final int IDS = 3;

    /** Unknown outside, so that nobody can send ids that all meet in one slot. */
    private final long seed = System.identityHashCode(this) * 0x9E3779B97F4A7C15L;

    private int size;
    /** High and low half of the trace id, then the span id, of each link. */
    private long[] ids;

    private byte[] flags;
    private Object[] messages;
    /** How many messages; null while all have one. */
    private long @Nullable [] counts;
    /** What the messages of a link have in common; null, also each, while there is only one. */
    private @Nullable Attributes @Nullable [] common;
    /** Where ids and flags do not say it all. */
    private @Nullable SpanContext @Nullable [] given;
    /** One more than a link's index; 0 for none. At most two of three are taken. */
    private int[] slots;

    private final int expected;

    /** @param expected how many links there may come to be: it grows to that at once, if it outgrows a few */
    LinkTable(int expected) {
        this.expected = expected;
        ids = new long[IDS * LEAST];
        flags = new byte[LEAST];
        messages = new Object[LEAST];
        slots = new int[slotsFor(LEAST)];
    }

    private static int slotsFor(int capacity) {
        return Integer.highestOneBit(3 * capacity - 1);
    }

    int size() {
        return size;
    }

    boolean isSampled(int link) {
        return (flags[link] & 1) != 0;
    }

    /** The link with these ids; negative if there is none. */
    int find(TraceParent of) {
        return slots[slot(of.traceIdHigh(), of.traceIdLow(), of.spanId())] - 1;
    }

    /**
     * Adds a link that is not there yet.
     *
     * @param context null if ids and flags say it all
     */
    int add(TraceParent of, @Nullable SpanContext context, M message) {
        if (size == messages.length) {
            grow();
        }
        int link = size++;
        ids[IDS * link] = of.traceIdHigh();
        ids[IDS * link + 1] = of.traceIdLow();
        ids[IDS * link + 2] = of.spanId();
        flags[link] = of.flags();
        messages[link] = message;
        if (context != null) {
            if (given == null) {
                given = new SpanContext[messages.length];
            }
            given[link] = context;
        }
        slots[slot(of.traceIdHigh(), of.traceIdLow(), of.spanId())] = link + 1;
        return link;
    }

    private void grow() {
        int capacity = Math.max(2 * messages.length, expected);
        ids = Arrays.copyOf(ids, IDS * capacity);
        flags = Arrays.copyOf(flags, capacity);
        messages = Arrays.copyOf(messages, capacity);
        counts = counts == null ? null : Arrays.copyOf(counts, capacity);
        common = common == null ? null : Arrays.copyOf(common, capacity);
        given = given == null ? null : Arrays.copyOf(given, capacity);
        slots = new int[slotsFor(capacity)];
        fillSlots();
    }

    /** Takes out all others. The links that stay have new indexes, in the order that they had. */
    void retain(IntPredicate stays) {
        int kept = 0;
        for (int link = 0; link < size; link++) {
            if (stays.test(link)) {
                move(link, kept++);
            }
        }
        Arrays.fill(messages, kept, size, null);
        if (common != null) {
            Arrays.fill(common, kept, size, null);
        }
        if (counts != null) {
            Arrays.fill(counts, kept, size, 0);
        }
        if (given != null) {
            Arrays.fill(given, kept, size, null);
        }
        size = kept;
        Arrays.fill(slots, 0);
        fillSlots();
    }

    private void move(int from, int to) {
        System.arraycopy(ids, IDS * from, ids, IDS * to, IDS);
        flags[to] = flags[from];
        messages[to] = messages[from];
        if (counts != null) {
            counts[to] = counts[from];
        }
        if (common != null) {
            common[to] = common[from];
        }
        if (given != null) {
            given[to] = given[from];
        }
    }

    private void fillSlots() {
        for (int link = 0; link < size; link++) {
            slots[slot(ids[IDS * link], ids[IDS * link + 1], ids[IDS * link + 2])] = link + 1;
        }
    }

    /** Where the link of these ids stands, or would. */
    private int slot(long traceIdHigh, long traceIdLow, long spanId) {
        long hash = (traceIdHigh ^ seed) * 0x9E3779B97F4A7C15L + traceIdLow;
        hash = (hash ^ hash >>> 32) * 0xC2B2AE3D27D4EB4FL + spanId;
        hash = (hash ^ hash >>> 29) * 0x165667B19E3779F9L;
        int mask = slots.length - 1;
        for (int slot = (int) (hash >>> 32) & mask; ; slot = (slot + 1) & mask) {
            int at = IDS * (slots[slot] - 1);
            if (at < 0 || (ids[at + 2] == spanId && ids[at + 1] == traceIdLow && ids[at] == traceIdHigh)) {
                return slot;
            }
        }
    }

    /** Says that the link stands for one more message. */
    void merge(int link, M other, Function<M, Attributes> attributesOf) {
        if (counts == null) {
            counts = new long[messages.length];
        }
        counts[link]++;
        if (common == null) {
            common = new Attributes[messages.length];
        }
        Attributes before = common[link];
        if (before == null) {
            before = attributesOf.apply(message(link));
        }
        common[link] = before.isEmpty() ? before : intersection(before, attributesOf.apply(other));
    }

    /** How many messages the link stands for. */
    long count(int link) {
        return counts == null ? 1 : counts[link] + 1;
    }

    /** What they have in common; null if there is one. */
    @Nullable
    Attributes common(int link) {
        return common == null ? null : common[link];
    }

    /** The first of them. */
    @SuppressWarnings("unchecked") // nothing else is put there
    M message(int link) {
        return (M) messages[link];
    }

    /** Made here, so that a batch of thousands makes only the contexts that it keeps. */
    SpanContext context(int link) {
        SpanContext known = given == null ? null : given[link];
        return known != null
                ? known
                : TraceParent.toSpanContext(ids[IDS * link], ids[IDS * link + 1], ids[IDS * link + 2], flags[link]);
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
