package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries context inside a payload, for transports that have no headers and for records that are read much later: as
 * entries of a map, or as the text of a JSON object that fits one field or column.
 *
 * <pre>{@code
 * Map<String, Object> payload = new HashMap<>(order);
 * messaging.inject(PayloadCarrier.ofMap(), payload);           // payload now has "traceparent"
 *
 * Map<String, Object> context = new HashMap<>();
 * messaging.inject(PayloadCarrier.ofMap(), context);
 * row.set("trace_context", PayloadCarrier.toJson(context));    // {"traceparent":"00-..."}
 * }</pre>
 *
 * <p>Entries that are no text are left alone and count as absent. Stateless and thread-safe.
 */
public final class PayloadCarrier implements HeaderCarrier<Map<String, Object>> {

    private static final PayloadCarrier INSTANCE = new PayloadCarrier();

    private PayloadCarrier() {}

    /** The carrier over a map's entries. The map must be writable to inject. */
    public static PayloadCarrier ofMap() {
        return INSTANCE;
    }

    @Override
    public @Nullable String get(Map<String, Object> payload, String name, int maxLength) {
        if (!(payload.get(name) instanceof String text)) {
            return null;
        }
        return text.length() <= maxLength ? text : text.substring(0, maxLength + 1);
    }

    @Override
    public Iterable<String> names(Map<String, Object> payload) {
        List<String> names = new ArrayList<>(payload.size());
        for (String name : payload.keySet()) {
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public void set(Map<String, Object> payload, String name, String value) {
        payload.put(name, value);
    }

    @Override
    public void remove(Map<String, Object> payload, String name) {
        payload.remove(name);
    }

    /**
     * The texts of a map as one JSON object, keys in order; {@code {}} if there are none. Other values are left out.
     */
    public static String toJson(Map<String, ?> context) {
        StringBuilder json = new StringBuilder("{");
        TreeMap<String, String> texts = new TreeMap<>();
        requireNonNull(context, "context must not be null").forEach((name, value) -> {
            if (name != null && value instanceof String text) {
                texts.put(name, text);
            }
        });
        texts.forEach((name, text) -> {
            json.append(json.length() == 1 ? "" : ",");
            FlatJson.quote(name, json);
            json.append(':');
            FlatJson.quote(text, json);
        });
        return json.append('}').toString();
    }

    /**
     * The entries of a JSON object whose value is a text, to be read by this carrier. Data from outside never throws: what
     * is no JSON object, or longer than 32,768 characters, has no entries.
     *
     * @param json null counts as empty
     * @return a new, writable map
     */
    public static Map<String, Object> fromJson(@Nullable String json) {
        return FlatJson.texts(json);
    }
}
