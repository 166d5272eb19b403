package dev.linkspan.faults;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message in memory. Its headers are the caller's own list; the last of a name counts. */
record MemoryMessage(int id, List<Header> headers) {

    static final String QUEUE = "faults";

    /** All that core must know. */
    static final class Adapter implements MessageAdapter<MemoryMessage, List<Header>> {

        @Override
        public String instrumentationName() {
            return "dev.linkspan.memory";
        }

        @Override
        public String system() {
            return "memory";
        }

        @Override
        public HeaderCarrier<List<Header>> carrier() {
            return new Carrier();
        }

        @Override
        public List<Header> headers(MemoryMessage message) {
            return message.headers();
        }

        @Override
        public String destination(MemoryMessage message) {
            return QUEUE;
        }

        @Override
        public String messageId(MemoryMessage message) {
            return Integer.toString(message.id());
        }
    }

    static final class Carrier implements HeaderCarrier<List<Header>>, TextMapGetter<List<Header>> {

        @Override
        public @Nullable String get(List<Header> headers, String name, int maxLength) {
            byte[] value = null;
            for (Header header : headers) {
                if (header.name().equals(name) && header.value() != null) {
                    value = header.value();
                }
            }
            return value == null ? null : HeaderCarrier.decode(value, maxLength);
        }

        @Override
        public @Nullable String get(@Nullable List<Header> headers, String name) {
            return headers == null ? null : get(headers, name, Integer.MAX_VALUE);
        }

        @Override
        public Iterable<String> keys(List<Header> headers) {
            return names(headers);
        }

        @Override
        public Iterable<String> names(List<Header> headers) {
            List<String> names = new ArrayList<>();
            headers.forEach(header -> names.add(header.name()));
            return names;
        }

        @Override
        public void set(List<Header> headers, String name, String value) {
            remove(headers, name);
            headers.add(Header.of(name, value));
        }

        @Override
        public void remove(List<Header> headers, String name) {
            headers.removeIf(header -> header.name().equals(name));
        }

        @Override
        public boolean conflicting(List<Header> headers, String name) {
            List<byte[]> values = headers.stream()
                    .filter(header -> header.name().equals(name) && header.value() != null)
                    .map(Header::value)
                    .toList();
            return values.stream().anyMatch(value -> !Arrays.equals(value, values.get(0)));
        }
    }
}
