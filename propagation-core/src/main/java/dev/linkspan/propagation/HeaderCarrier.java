package dev.linkspan.propagation;

import io.opentelemetry.api.trace.SpanContext;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the headers of one broker's messages.
 *
 * <p>A carrier works on the broker's <em>header</em> type, not its message type, because messages are often immutable.
 * It does nothing clever: which header is looked up, upper and lower case, size limits, sanitising and error handling
 * are core's work and the same for every broker. It never changes a received message: core calls what writes and
 * {@link #remove} only on the writable copy that a wrapper hands to {@link MessageSender#inject}, and on what
 * {@link MessagingTelemetry#inject} is given.
 *
 * <p>Implementations are stateless and thread-safe. They may throw: core counts what a carrier throws and goes on
 * without the header.
 *
 * @param <H> the broker's header type, such as Kafka's {@code Headers}
 */
public interface HeaderCarrier<H> {

    /**
     * Returns the value of the header with exactly this name, or {@code null} if there is none or its value is null.
     *
     * <p>Where the broker allows several headers of one name, the carrier picks the copy that the closest producer
     * wrote and says {@link #conflicting} of the rest. Bytes are decoded as UTF-8 with replacement ({@link #decode});
     * nothing is trimmed, unquoted or unescaped. A value that is no text (a list, a number) counts as absent.
     *
     * @param headers the headers
     * @param name the name, compared exactly
     * @param maxLength how many bytes the caller will accept; of a longer value at least {@code maxLength + 1} bytes are
     *     returned, so that the caller sees that it is too long, and the rest need not be decoded
     */
    @Nullable
    String get(H headers, String name, int maxLength);

    /**
     * As {@link #get}, in bytes, if the message has one header of this name and none besides that a test finds related to it: a
     * quick look, after which core reads the headers one by one if it found nothing that it knows. Bytes that are kept as such
     * need be neither copied nor decoded; core changes and keeps none of them. A carrier overrides this where it takes fewer
     * looks than the default does.
     *
     * @param related true for the name itself, and for all that must not stand beside it; core's does not throw
     * @return by default the characters of {@link #get}, each that is not of ISO 8859-1 as a question mark; null if there is
     *     no such header or it does not stand alone. A carrier may return null or the value where it stands twice with equal
     *     values
     */
    default byte @Nullable [] peekAlone(H headers, String name, Predicate<? super String> related, int maxLength) {
        boolean found = false;
        for (String each : names(headers)) {
            if (each != null && related.test(each)) {
                if (found || !each.equals(name)) {
                    return null;
                }
                found = true;
            }
        }
        String value = found && !conflicting(headers, name) ? get(headers, name, maxLength) : null;
        return value == null ? null : Text.head(value, maxLength).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the names of all headers, in any order, duplicates included; empty if there are none. */
    Iterable<String> names(H headers);

    /** Writes a header, replacing every header of exactly this name. */
    void set(H headers, String name, String value);

    /**
     * Whether values are kept as bytes, so that {@link #setBytes} spares making text. Override both or neither.
     *
     * @return false by default; the same each time
     */
    default boolean keepsBytes() {
        return false;
    }

    /**
     * As {@link #set}, for a value of ASCII that is at hand as bytes.
     *
     * @param value the carrier's to keep: core does not touch it again
     */
    default void setBytes(H headers, String name, byte[] value) {
        set(headers, name, new String(value, StandardCharsets.ISO_8859_1));
    }

    /** Removes every header of exactly this name; does nothing if there is none. */
    void remove(H headers, String name);

    /**
     * Says whether the header occurs more than once with different values.
     *
     * @return false by default, for brokers whose headers are a map
     */
    default boolean conflicting(H headers, String name) {
        return false;
    }

    /**
     * Returns how many bytes a header adds to a message as the broker counts them.
     *
     * @return by default the UTF-8 length of name and value; the same each time, for core remembers that of a
     *     {@code traceparent}
     */
    default int size(String name, String value) {
        return Text.utf8Length(name) + Text.utf8Length(value);
    }

    /**
     * Says whether the broker allows this header. A header that is not accepted is left out and counted; the message is
     * sent.
     *
     * @return true by default; the same each time, for core remembers that of a {@code traceparent}
     */
    default boolean accepts(String name, String value) {
        return true;
    }

    /**
     * Returns the context that stands in a place of the broker's own, which is no header, such as SQS's
     * {@code AWSTraceHeader}. It is used where the propagator finds none in the headers.
     *
     * @return null by default
     */
    default @Nullable SpanContext brokerContext(H headers) {
        return null;
    }

    /**
     * Writes a context to a place of the broker's own, because there is no room for it among the headers.
     *
     * @return whether it is there now; false, the default, leaves the message without a context
     */
    default boolean setBrokerContext(H headers, SpanContext context) {
        return false;
    }

    /**
     * Decodes a header value as UTF-8, with malformed input replaced by U+FFFD.
     *
     * @param value the bytes
     * @param maxLength how many bytes the caller will accept; at most one more is decoded
     * @return the text; longer than {@code maxLength} in UTF-8 whenever the value is
     */
    static String decode(byte[] value, int maxLength) {
        int length = value.length > maxLength ? maxLength + 1 : value.length;
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }
}
