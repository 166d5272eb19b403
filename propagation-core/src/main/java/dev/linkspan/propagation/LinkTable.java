package dev.linkspan.propagation;

import org.jspecify.annotations.Nullable;

/** Finds a link by its ids without an object for the question, which a batch asks for each message. */
final class LinkTable<M> {

    /** Unknown outside, so that nobody can send ids that all meet in one slot. */
    private final long seed = System.identityHashCode(this) * 0x9E3779B97F4A7C15L;

    private @Nullable LinkEntry<M>[] slots = slots(32);
    private int size;

    int size() {
        return size;
    }

    @Nullable
    LinkEntry<M> find(TraceParent ids) {
        return slots[slot(ids.traceIdHigh(), ids.traceIdLow(), ids.spanId())];
    }

    void add(LinkEntry<M> entry) {
        if (2 * (size + 1) > slots.length) {
            rebuild(2 * slots.length);
        }
        put(entry);
    }

    /** Takes out what is forgotten. */
    void sweep() {
        rebuild(slots.length);
    }

    private void rebuild(int length) {
        @Nullable LinkEntry<M>[] before = slots;
        slots = slots(length);
        size = 0;
        for (LinkEntry<M> entry : before) {
            if (entry != null && !entry.isForgotten()) {
                put(entry);
            }
        }
    }

    private void put(LinkEntry<M> entry) {
        slots[slot(entry.traceIdHigh, entry.traceIdLow, entry.spanId)] = entry;
        size++;
    }

    /** Where the entry of these ids stands, or would. */
    private int slot(long traceIdHigh, long traceIdLow, long spanId) {
        long mixed = (traceIdHigh ^ seed) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ traceIdLow ^ mixed >>> 32) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ spanId ^ mixed >>> 29) * 0x94D049BB133111EBL;
        int mask = slots.length - 1;
        for (int i = (int) (mixed ^ mixed >>> 32) & mask; ; i = i + 1 & mask) {
            LinkEntry<M> entry = slots[i];
            if (entry == null
                    || (entry.spanId == spanId && entry.traceIdLow == traceIdLow && entry.traceIdHigh == traceIdHigh)) {
                return i;
            }
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private static <M> @Nullable LinkEntry<M>[] slots(int length) {
        return new LinkEntry[length];
    }
}
