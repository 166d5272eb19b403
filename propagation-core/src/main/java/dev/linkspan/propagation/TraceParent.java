package dev.linkspan.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A {@code traceparent} in the one form that is in use: version 00, 55 bytes of lower case. What W3C's propagator makes of
 * that is known, so that a message which carries nothing else need not go through it; a batch of thousands so costs a look
 * at each header, not a parsed context.
 */
final class TraceParent {

    static final String NAME = "traceparent";

    /** All others are as long, and of the same few characters. */
    private static final String EXAMPLE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static final byte[] TEMPLATE = EXAMPLE.getBytes(StandardCharsets.ISO_8859_1);
    private static final int LENGTH = 55;
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;

    private long traceIdHigh;
    private long traceIdLow;
    private long spanId;
    private byte flags;

    /**
     * Reads the context of a message that carries a plain traceparent and no other field.
     *
     * @return false if it carries more or anything else, or nothing: that is the propagator's to read
     */
    <H> boolean readAlone(Propagation propagation, HeaderCarrier<H> carrier, H headers) {
        byte[] value = peekAlone(propagation, carrier, headers);
        return value != null && read(value);
    }

    /** The one field that a message carries; null if there are others, or the propagator is not W3C's. */
    static <H> byte @Nullable [] peekAlone(Propagation propagation, HeaderCarrier<H> carrier, H headers) {
        if (!propagation.isW3c) {
            return null;
        }
        try {
            return carrier.peekAlone(headers, NAME, Propagation.W3C_FIELD, FieldLimits.TRACEPARENT_BYTES);
        } catch (Throwable t) {
            propagation.errors.add("carrier.get", t);
            return null;
        }
    }

    /**
     * How much larger the field makes a message.
     *
     * @return negative if the broker does not allow it; more than any message has room for, where the carrier does not tell
     */
    static int sizeIn(HeaderCarrier<?> carrier) {
        try {
            return carrier.accepts(NAME, EXAMPLE) ? carrier.size(NAME, EXAMPLE) : -1;
        } catch (Throwable t) {
            // is asked again, and counted then, where there is a limit
            return Integer.MAX_VALUE;
        }
    }

    /**
     * Writes the most frequent message by far: one without headers, in a context of which W3C's propagator makes one field.
     * Throws what the carrier throws.
     *
     * @param size {@link #sizeIn} this carrier
     * @return false, and nothing written, where there is more to think of
     */
    static <H> boolean writeAlone(
            Propagation propagation,
            HeaderCarrier<H> carrier,
            int size,
            H headers,
            Context context,
            long maxBytes,
            int maxHeaders) {
        if (!propagation.isW3c
                || size < 0
                || (size > maxBytes && maxBytes != Long.MAX_VALUE)
                || maxHeaders < 1
                || Injection.isAny(carrier.names(headers))
                || !Baggage.fromContext(context).isEmpty()) {
            return false;
        }
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid() || !span.getTraceState().isEmpty()) {
            return false;
        }
        if (carrier.keepsBytes()) {
            carrier.setBytes(headers, NAME, bytes(span));
        } else {
            carrier.set(headers, NAME, text(span));
        }
        return true;
    }

    /** @return false if it is not of that form, or an id is zero; what was read before is lost then */
    boolean read(byte[] value) {
        if (value.length != LENGTH
                || value[0] != '0'
                || value[1] != '0'
                || value[2] != '-'
                || value[SPAN_ID - 1] != '-'
                || value[FLAGS - 1] != '-') {
            return false;
        }
        long first = HexDigits.eight(value, TRACE_ID);
        long second = HexDigits.eight(value, TRACE_ID + 8);
        long third = HexDigits.eight(value, TRACE_ID + 16);
        long fourth = HexDigits.eight(value, TRACE_ID + 24);
        long fifth = HexDigits.eight(value, SPAN_ID);
        long sixth = HexDigits.eight(value, SPAN_ID + 8);
        long last = HexDigits.two(value, FLAGS);
        long wrong = HexDigits.wrong(first) | HexDigits.wrong(second) | HexDigits.wrong(third);
        wrong |= HexDigits.wrong(fourth) | HexDigits.wrong(fifth) | HexDigits.wrong(sixth);
        if ((wrong | HexDigits.wrong(last)) != 0) {
            return false;
        }
        traceIdHigh = HexDigits.number(first) << 32 | HexDigits.number(second);
        traceIdLow = HexDigits.number(third) << 32 | HexDigits.number(fourth);
        spanId = HexDigits.number(fifth) << 32 | HexDigits.number(sixth);
        flags = (byte) HexDigits.number(last);
        return (traceIdHigh | traceIdLow) != 0 && spanId != 0;
    }

    void of(TraceParent other) {
        traceIdHigh = other.traceIdHigh;
        traceIdLow = other.traceIdLow;
        spanId = other.spanId;
        flags = other.flags;
    }

    boolean isSameSpan(TraceParent other) {
        return spanId == other.spanId && traceIdLow == other.traceIdLow && traceIdHigh == other.traceIdHigh;
    }

    boolean isSampled() {
        return (flags & 1) != 0;
    }

    void of(SpanContext context) {
        String traceId = context.getTraceId();
        traceIdHigh = Long.parseUnsignedLong(traceId, 0, 16, 16);
        traceIdLow = Long.parseUnsignedLong(traceId, 16, 32, 16);
        spanId = Long.parseUnsignedLong(context.getSpanId(), 16);
        flags = context.getTraceFlags().asByte();
    }

    /** The same with flags that a stranger cannot choose. */
    TraceParent untrusted() {
        flags = 0;
        return this;
    }

    long traceIdHigh() {
        return traceIdHigh;
    }

    long traceIdLow() {
        return traceIdLow;
    }

    long spanId() {
        return spanId;
    }

    byte flags() {
        return flags;
    }

    /** The field as W3C's propagator writes it. */
    private static String text(SpanContext context) {
        return "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                + context.getTraceFlags().asHex();
    }

    /** As {@link #text}, in ASCII. */
    @SuppressWarnings("deprecation") // of ASCII the low bytes are all there is
    private static byte[] bytes(SpanContext context) {
        byte[] bytes = TEMPLATE.clone();
        context.getTraceId().getBytes(0, 32, bytes, TRACE_ID);
        context.getSpanId().getBytes(0, 16, bytes, SPAN_ID);
        context.getTraceFlags().asHex().getBytes(0, 2, bytes, FLAGS);
        return bytes;
    }

    /** @param value the bytes that were read, whose text is sooner copied than written anew */
    SpanContext toSpanContext(byte[] value) {
        return SpanContext.createFromRemoteParent(
                new String(value, TRACE_ID, 32, StandardCharsets.ISO_8859_1),
                new String(value, SPAN_ID, 16, StandardCharsets.ISO_8859_1),
                TraceFlags.fromByte(flags),
                TraceState.getDefault());
    }

    static SpanContext toSpanContext(long traceIdHigh, long traceIdLow, long spanId, byte flags) {
        return SpanContext.createFromRemoteParent(
                TraceId.fromLongs(traceIdHigh, traceIdLow),
                SpanId.fromLong(spanId),
                TraceFlags.fromByte(flags),
                TraceState.getDefault());
    }
}
