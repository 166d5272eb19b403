package dev.linkspan.propagation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;

/**
 * A {@code traceparent} in the one form that is in use: version 00, 55 bytes of lower case. What W3C's propagator makes of
 * that is known, so that a message which carries nothing else need not go through it; a batch of thousands so costs a look
 * at each header, not a parsed context.
 */
final class TraceParent {

    static final String NAME = "traceparent";

    private static final int LENGTH = 55;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;
    private static final byte[] DIGITS = digits();

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
        if (!propagation.isW3c) {
            return false;
        }
        try {
            boolean found = false;
            for (String name : carrier.names(headers)) {
                if (name == null || !propagation.mayBeW3cField(name)) {
                    continue;
                }
                if (found || !name.equals(NAME)) {
                    return false;
                }
                found = true;
            }
            if (!found || carrier.conflicting(headers, NAME)) {
                return false;
            }
            byte[] value = carrier.peek(headers, NAME, FieldLimits.TRACEPARENT_BYTES);
            return value != null && read(value);
        } catch (Throwable t) {
            propagation.errors.add("carrier.get", t);
            return false;
        }
    }

    /** @return false if it is not of that form, or an id is zero */
    boolean read(byte[] value) {
        if (value.length != LENGTH
                || value[0] != '0'
                || value[1] != '0'
                || value[2] != '-'
                || value[SPAN_ID - 1] != '-'
                || value[FLAGS - 1] != '-') {
            return false;
        }
        int bad = 0;
        long high = 0;
        long low = 0;
        long span = 0;
        for (int i = 0; i < 16; i++) {
            int h = digit(value[3 + i]);
            int l = digit(value[19 + i]);
            int s = digit(value[SPAN_ID + i]);
            bad |= h | l | s;
            high = high << 4 | h;
            low = low << 4 | l;
            span = span << 4 | s;
        }
        int first = digit(value[FLAGS]);
        int second = digit(value[FLAGS + 1]);
        bad |= first | second;
        if (bad < 0 || (high | low) == 0 || span == 0) {
            return false;
        }
        traceIdHigh = high;
        traceIdLow = low;
        spanId = span;
        flags = (byte) (first << 4 | second);
        return true;
    }

    /** Negative if it is none of a lower-case number. */
    private static int digit(byte b) {
        return b < 0 ? -1 : DIGITS[b];
    }

    private static byte[] digits() {
        byte[] digits = new byte[128];
        for (int c = 0; c < digits.length; c++) {
            digits[c] = (byte) "0123456789abcdef".indexOf(c);
        }
        return digits;
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
    static String of(String traceId, String spanId, TraceFlags flags) {
        return "00-" + traceId + '-' + spanId + '-' + flags.asHex();
    }

    SpanContext toSpanContext() {
        return toSpanContext(traceIdHigh, traceIdLow, spanId, flags);
    }

    static SpanContext toSpanContext(long traceIdHigh, long traceIdLow, long spanId, byte flags) {
        return SpanContext.createFromRemoteParent(
                TraceId.fromLongs(traceIdHigh, traceIdLow),
                SpanId.fromLong(spanId),
                TraceFlags.fromByte(flags),
                TraceState.getDefault());
    }
}
