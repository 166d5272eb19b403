package dev.linkspan.toy;

import dev.linkspan.propagation.HeaderCarrier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

final class ToyCarrier implements HeaderCarrier<ToyHeaders> {

    static final ToyCarrier INSTANCE = new ToyCarrier();

    /** The last copy that has a value: each hop appends, so that is the closest producer's. */
    @Override
    public String get(ToyHeaders headers, String name, int maxLength) {
        List<byte[]> values = values(headers, name);
        return values.isEmpty() ? null : HeaderCarrier.decode(values.get(values.size() - 1), maxLength);
    }

    @Override
    public Iterable<String> names(ToyHeaders headers) {
        return headers.all.stream().map(Map.Entry::getKey).toList();
    }

    @Override
    public void set(ToyHeaders headers, String name, String value) {
        remove(headers, name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void remove(ToyHeaders headers, String name) {
        headers.all.removeIf(header -> header.getKey().equals(name));
    }

    @Override
    public boolean conflicting(ToyHeaders headers, String name) {
        List<byte[]> values = values(headers, name);
        return values.stream().anyMatch(value -> !Arrays.equals(value, values.get(0)));
    }

    private static List<byte[]> values(ToyHeaders headers, String name) {
        return headers.all.stream()
                .filter(header -> header.getKey().equals(name) && header.getValue() != null)
                .map(Map.Entry::getValue)
                .toList();
    }
}
