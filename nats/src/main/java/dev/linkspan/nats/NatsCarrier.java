package dev.linkspan.nats;

import dev.linkspan.propagation.HeaderCarrier;
import io.nats.client.impl.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NATS headers: unordered, several values a name, names compared exactly, all of it ASCII. */
final class NatsCarrier implements HeaderCarrier<Headers> {

    static final NatsCarrier INSTANCE = new NatsCarrier();

    /** The version line, and the empty line at the end: what the first header costs besides itself. */
    private static final int FRAME = 12;
    /** A colon and a line's end. */
    private static final int SEPARATORS = 3;

    private NatsCarrier() {}

    /** The first value, as everything else that reads NATS headers does. */
    @Override
    public @Nullable String get(Headers headers, String name, int maxLength) {
        return headers.getFirst(name);
    }

    @Override
    public Iterable<String> names(Headers headers) {
        return headers.keySet();
    }

    /** Never by {@code add}: a copy of headers shares their lists of values with the original. */
    @Override
    public void set(Headers headers, String name, String value) {
        headers.put(name, value);
    }

    @Override
    public void remove(Headers headers, String name) {
        headers.remove(name);
    }

    @Override
    public boolean conflicting(Headers headers, String name) {
        List<String> values = headers.get(name);
        if (values == null || values.size() < 2) {
            return false;
        }
        String first = values.get(0);
        for (String value : values) {
            if (!first.equals(value)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int size(String name, String value) {
        return name.length() + value.length() + SEPARATORS;
    }

    /** How many bytes of a message its headers take, and would take with one more. */
    static int sizeOf(@Nullable Headers headers) {
        return headers == null || headers.isEmpty() ? FRAME : headers.serializedLength();
    }

    /** What every version of the client takes; it throws on anything else. */
    @Override
    public boolean accepts(String name, String value) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 33 || c > 126 || c == ':') {
                return false;
            }
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < 32 && c != '\t') || c > 126) {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
