package dev.linkspan.propagation.toy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message whose header names are case-sensitive and may occur several times. */
public record ToyMessage(
        String topic,
        Map<String, List<String>> headers,
        String body,
        @Nullable String partition,
        @Nullable String id,
        @Nullable String key,
        int deliveries) {

    public static ToyMessage to(String topic) {
        return new ToyMessage(topic, new LinkedHashMap<>(), "body", null, null, null, 0);
    }

    /** A copy with one header more. */
    public ToyMessage header(String name, String... values) {
        Map<String, List<String>> more = copyOf(headers);
        more.put(name, new ArrayList<>(Arrays.asList(values)));
        return headers(more);
    }

    public ToyMessage headers(Map<String, List<String>> others) {
        return new ToyMessage(topic, others, body, partition, id, key, deliveries);
    }

    public ToyMessage partition(String other) {
        return new ToyMessage(topic, headers, body, other, id, key, deliveries);
    }

    public ToyMessage id(String other) {
        return new ToyMessage(topic, headers, body, partition, other, key, deliveries);
    }

    public ToyMessage key(String other) {
        return new ToyMessage(topic, headers, body, partition, id, other, deliveries);
    }

    public ToyMessage deliveries(int other) {
        return new ToyMessage(topic, headers, body, partition, id, key, other);
    }

    /** As a forwarder sends a message on: to another topic, with all its headers. */
    public ToyMessage forwardedTo(String other) {
        return new ToyMessage(other, copyOf(headers), body, partition, id, key, deliveries);
    }

    static Map<String, List<String>> copyOf(Map<String, List<String>> headers) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        headers.forEach((name, values) -> copy.put(name, new ArrayList<>(values)));
        return copy;
    }
}
