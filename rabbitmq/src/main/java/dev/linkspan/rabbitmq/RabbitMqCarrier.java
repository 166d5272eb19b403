package dev.linkspan.rabbitmq;

import com.rabbitmq.client.LongString;
import dev.linkspan.propagation.HeaderCarrier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RabbitMQ's header table: no duplicates, names compared exactly, values of many types, text arrives as {@link LongString}. */
final class RabbitMqCarrier implements HeaderCarrier<Map<String, Object>> {

    static final RabbitMqCarrier INSTANCE = new RabbitMqCarrier();

    /** The protocol's short string. */
    private static final int MAX_NAME_BYTES = 255;

    private RabbitMqCarrier() {}

    /** Lists, tables and numbers are no text: their {@code toString} would be made up, and can be huge. */
    @Override
    public @Nullable String get(Map<String, Object> headers, String name, int maxLength) {
        Object value = headers.get(name);
        if (value instanceof LongString text) {
            return HeaderCarrier.decode(bytes(text, maxLength), maxLength);
        }
        if (value instanceof byte[] bytes) {
            return HeaderCarrier.decode(bytes, maxLength);
        }
        return value instanceof String text ? text : null;
    }

    /** A long string need not be an array in memory, and a long array need not be copied. */
    private static byte[] bytes(LongString text, int maxLength) {
        if (text.length() <= maxLength) {
            return text.getBytes();
        }
        try (InputStream in = text.getStream()) {
            return in.readNBytes(maxLength + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Iterable<String> names(Map<String, Object> headers) {
        return headers.keySet();
    }

    @Override
    public void set(Map<String, Object> headers, String name, String value) {
        headers.put(name, value);
    }

    @Override
    public void remove(Map<String, Object> headers, String name) {
        headers.remove(name);
    }

    /** A name with its length in one byte, a type, and a value with its length in four. */
    @Override
    public int size(String name, String value) {
        return 1 + utf8(name) + 1 + 4 + utf8(value);
    }

    @Override
    public boolean accepts(String name, String value) {
        return utf8(name) <= MAX_NAME_BYTES;
    }

    static int utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }
}
