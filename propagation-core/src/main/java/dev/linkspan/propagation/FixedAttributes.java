package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import java.util.ArrayList;
import java.util.List;

/** What every span of an operation has, so laid out that it costs no visitor to go through. */
final class FixedAttributes {

    private final AttributeKey<?>[] keys;
    private final Object[] values;

    FixedAttributes(Attributes attributes) {
        List<AttributeKey<?>> allKeys = new ArrayList<>(attributes.size());
        List<Object> allValues = new ArrayList<>(attributes.size());
        attributes.forEach((key, value) -> {
            allKeys.add(key);
            allValues.add(value);
        });
        this.keys = allKeys.toArray(new AttributeKey<?>[0]);
        this.values = allValues.toArray();
    }

    void addTo(SpanBuilder span) {
        for (int i = 0; i < keys.length; i++) {
            add(span, keys[i], values[i]);
        }
    }

    @SuppressWarnings("unchecked") // key and value stem from one Attributes
    private static <T> void add(SpanBuilder span, AttributeKey<T> key, Object value) {
        span.setAttribute(key, (T) value);
    }
}
