package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A link to be, and the messages that it stands for. */
final class LinkEntry<M> {

    final long traceIdHigh;
    final long traceIdLow;
    final long spanId;
    final int order;
    private final byte flags;
    private final @Nullable SpanContext given;
    private final M message;
    private int count = 1;
    private boolean forgotten;
    /** What all messages so far have in common; null while there is only one. */
    private @Nullable Attributes common;

    /** @param given null if ids and flags say it all */
    LinkEntry(TraceParent ids, @Nullable SpanContext given, M message, int order) {
        this.traceIdHigh = ids.traceIdHigh();
        this.traceIdLow = ids.traceIdLow();
        this.spanId = ids.spanId();
        this.flags = ids.flags();
        this.given = given;
        this.message = message;
        this.order = order;
    }

    int count() {
        return count;
    }

    /** A batch of thousands makes only the contexts that it keeps. */
    SpanContext context() {
        return given != null ? given : TraceParent.toSpanContext(traceIdHigh, traceIdLow, spanId, flags);
    }

    /** To be swept out of the table. */
    void forget() {
        forgotten = true;
    }

    boolean isForgotten() {
        return forgotten;
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
        return common.toBuilder().put(Semconv.LINK_MESSAGE_COUNT, (long) count).build();
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
