package dev.linkspan.propagation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A {@code traceparent} in the one form that is in use: version 00, 55 bytes of lower case. What W3C's propagator makes of
 * that is known, so that a message which carries nothing else need not go through it; a batch of thousands so costs a look
 * at each header, not a parsed context.
 */
final class TraceParent {

    static final String NAME = "traceparent";

    /** Each is as long and of the same letters. */
    static final String EXAMPLE = "00-00000000000000000000000000000000-0000000000000000-00";

    private static final byte[] TEMPLATE = EXAMPLE.getBytes(StandardCharsets.ISO_8859_1);
    private static final int LENGTH = 55;
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;
    /** Six digits of zero, and room for two. */
    private static final long ZEROS = 0x3030_3030_3030_0000L;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

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
        long first = eightDigits(value, TRACE_ID);
        long second = eightDigits(value, TRACE_ID + 8);
        long third = eightDigits(value, TRACE_ID + 16);
        long fourth = eightDigits(value, TRACE_ID + 24);
        long fifth = eightDigits(value, SPAN_ID);
        long sixth = eightDigits(value, SPAN_ID + 8);
        long last = eightDigits(ZEROS | (value[FLAGS] & 0xFF) << 8 | (value[FLAGS + 1] & 0xFF));
        if ((first | second | third | fourth | fifth | sixth | last) < 0
                || (first | second | third | fourth) == 0
                || (fifth | sixth) == 0) {
            return false;
        }
        traceIdHigh = first << 32 | second;
        traceIdLow = third << 32 | fourth;
        spanId = fifth << 32 | sixth;
        flags = (byte) last;
        return true;
    }

    private static long eightDigits(byte[] value, int at) {
        return eightDigits((long) EIGHT_BYTES.get(value, at));
    }

    /**
     * Eight hexadecimal digits of lower case at once, one in each byte: a loop over the digits of all messages would be what a
     * large batch spends most of its time on.
     *
     * @return their value, of 32 bits; negative if any is no such digit
     */
    private static long eightDigits(long ascii) {
        long letters = (ascii & 0x4040404040404040L) >>> 6;
        long nibbles = (ascii & 0x0F0F0F0F0F0F0F0FL) + 9 * letters;
        // '0' to '9' begin with 3, 'a' to 'f' with 6
        long wrong = (ascii & 0xF0F0F0F0F0F0F0F0L) ^ (0x3030303030303030L + 0x30 * letters);
        // a letter stands for 10 to 15, all others for 0 to 9
        wrong |= nibbles & 0x1010101010101010L;
        wrong |= ((nibbles + 0x0606060606060606L) & 0x1010101010101010L) ^ (letters << 4);
        if (wrong != 0) {
            return -1;
        }
        long pairs = (nibbles | nibbles >>> 4) & 0x00FF00FF00FF00FFL;
        long fours = (pairs | pairs >>> 8) & 0x0000FFFF0000FFFFL;
        return (fours | fours >>> 16) & 0xFFFFFFFFL;
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
    static String text(SpanContext context) {
        return "00-" + context.getTraceId() + '-' + context.getSpanId() + '-'
                + context.getTraceFlags().asHex();
    }

    /** As {@link #text}, in ASCII. */
    @SuppressWarnings("deprecation") // of ASCII the low bytes are all there is
    static byte[] bytes(SpanContext context) {
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
