package dev.linkspan.kafka;

import dev.linkspan.propagation.HeaderCarrier;
import java.nio.charset.StandardCharsets;
import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Predicate;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Kafka headers: ordered, duplicates allowed, names compared exactly, values are bytes and may be null. */
final class KafkaCarrier implements HeaderCarrier<Headers> {

    static final KafkaCarrier INSTANCE = new KafkaCarrier();

    private KafkaCarrier() {}

    /** The last copy: each hop appends, so that is the closest producer's. */
    @Override
    public @Nullable String get(Headers headers, String name, int maxLength) {
        Header last = headers.lastHeader(name);
        byte[] value = last == null ? null : last.value();
        if (last != null && value == null) {
            for (Header header : headers.headers(name)) {
                value = header.value() == null ? value : header.value();
            }
        }
        return value == null ? null : HeaderCarrier.decode(value, maxLength);
    }

    @Override
    public byte @Nullable [] peekAlone(Headers headers, String name, Predicate<? super String> related, int maxLength) {
        Header alone = null;
        for (Header header : headers.toArray()) {
            if (related.test(header.key())) {
                if (alone != null || !header.key().equals(name)) {
                    return null;
                }
                alone = header;
            }
        }
        return alone == null ? null : alone.value();
    }

    @Override
    public Iterable<String> names(Headers headers) {
        return new Names(headers);
    }

    @Override
    public void set(Headers headers, String name, String value) {
        setBytes(headers, name, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean keepsBytes() {
        return true;
    }

    @Override
    public void setBytes(Headers headers, String name, byte[] value) {
        if (headers.lastHeader(name) != null) {
            headers.remove(name);
        }
        headers.add(name, value);
    }

    @Override
    public void remove(Headers headers, String name) {
        headers.remove(name);
    }

    @Override
    public boolean conflicting(Headers headers, String name) {
        byte[] first = null;
        for (Header header : headers) {
            byte[] value = header.key().equals(name) ? header.value() : null;
            if (value == null) {
                continue;
            }
            if (first != null && !Arrays.equals(first, value)) {
                return true;
            }
            first = value;
        }
        return false;
    }

    @Override
    public int size(String name, String value) {
        return KafkaRecordSize.ofHeader(name, value);
    }

    /** Looked at once or twice for each message, so nothing is copied. */
    private static final class Names extends AbstractCollection<String> {
        private final Headers headers;

        Names(Headers headers) {
            this.headers = headers;
        }

        /** Of no headers, as a record that is sent mostly has, an array costs nothing. */
        @Override
        public int size() {
            return headers.toArray().length;
        }

        @Override
        public Iterator<String> iterator() {
            Iterator<Header> all = headers.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public String next() {
                    return all.next().key();
                }
            };
        }
    }
}
