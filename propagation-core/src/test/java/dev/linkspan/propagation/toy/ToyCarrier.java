package dev.linkspan.propagation.toy;

import dev.linkspan.propagation.HeaderCarrier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last copy of a header counts, as in Kafka. */
public class ToyCarrier implements HeaderCarrier<Map<String, List<String>>> {

    @Override
    public @Nullable String get(Map<String, List<String>> headers, String name, int maxLength) {
        List<String> values = headers.get(name);
        if (values == null || values.isEmpty()) {
            return null;
        }
        String value = values.get(values.size() - 1);
        return value == null || value.length() <= maxLength ? value : value.substring(0, maxLength + 1);
    }

    @Override
    public Iterable<String> names(Map<String, List<String>> headers) {
        List<String> names = new ArrayList<>();
        headers.forEach((name, values) -> values.forEach(value -> names.add(name)));
        return names;
    }

    @Override
    public void set(Map<String, List<String>> headers, String name, String value) {
        headers.put(name, new ArrayList<>(List.of(value)));
    }

    @Override
    public void remove(Map<String, List<String>> headers, String name) {
        headers.remove(name);
    }

    @Override
    public boolean conflicting(Map<String, List<String>> headers, String name) {
        return new HashSet<>(headers.getOrDefault(name, List.of())).size() > 1;
    }
}
