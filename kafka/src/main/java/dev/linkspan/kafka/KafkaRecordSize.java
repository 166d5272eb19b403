package dev.linkspan.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * How large a record is as the producer counts it against {@code max.request.size}: record format v2, uncompressed, alone
 * in its batch.
 */
final class KafkaRecordSize {

    private static final int BATCH_OVERHEAD = 61;
    private static final int MAX_RECORD_OVERHEAD = 21;
    /** More than a record's own overhead and all the headers that we write can ever come to. */
    private static final int FAR_FROM_LIMIT = 65_536;

    private static final int UNKNOWN = -1;

    private KafkaRecordSize() {}

    /**
     * How much larger the record may become. Unlimited where the size is not known before serialization, where it is far
     * from the limit, and where the record exceeds the limit already, because then the producer's limit is another one.
     */
    static long roomFor(ProducerRecord<?, ?> record, int maxRequestSize) {
        long atMost = atMost(record.key()) + atMost(record.value());
        Header[] headers = record.headers().toArray();
        for (Header header : headers) {
            byte[] bytes = header.value();
            atMost += 3L * header.key().length() + (bytes == null ? 0 : bytes.length);
        }
        if (atMost < maxRequestSize - FAR_FROM_LIMIT) {
            return Long.MAX_VALUE;
        }
        int key = length(record.key());
        int value = length(record.value());
        if (key == UNKNOWN || value == UNKNOWN) {
            return Long.MAX_VALUE;
        }
        long size =
                (long) BATCH_OVERHEAD + MAX_RECORD_OVERHEAD + sized(key, record.key()) + sized(value, record.value());
        for (Header header : headers) {
            byte[] bytes = header.value();
            size += ofField(utf8(header.key())) + (bytes == null ? 1 : ofField(bytes.length));
        }
        // the count of headers grows as well
        size += ofVarint(headers.length + 3);
        return size > maxRequestSize ? Long.MAX_VALUE : maxRequestSize - size;
    }

    static int ofHeader(String name, String value) {
        return ofField(utf8(name)) + ofField(utf8(value));
    }

    private static int sized(int length, @Nullable Object content) {
        return content == null ? 1 : ofField(length);
    }

    private static int ofField(int length) {
        return ofVarint(length) + length;
    }

    /** Zigzag, seven bits a byte. */
    private static int ofVarint(int value) {
        int zigzag = (value << 1) ^ (value >> 31);
        return zigzag == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(zigzag)) / 7;
    }

    private static long atMost(@Nullable Object content) {
        if (content == null) {
            return 0;
        }
        if (content instanceof byte[] bytes) {
            return bytes.length;
        }
        // far from any limit, so that adding two of them does not overflow
        return content instanceof String text ? 3L * text.length() : Integer.MAX_VALUE;
    }

    private static int length(@Nullable Object content) {
        if (content == null) {
            return 0;
        }
        if (content instanceof byte[] bytes) {
            return bytes.length;
        }
        return content instanceof String text ? utf8(text) : UNKNOWN;
    }

    private static int utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }
}
