package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects attributes under a policy, for a link or an event; and the bounds themselves, for spans too. */
final class BoundedAttributes implements AttributeSink {

    private final DestinationOperation operation;
    private @Nullable AttributeKey<Object> firstKey;
    private @Nullable Object firstValue;
    private @Nullable AttributeKey<Object> secondKey;
    private @Nullable Object secondValue;
    /** Only for three and more. */
    private @Nullable AttributesBuilder builder;

    BoundedAttributes(DestinationOperation operation) {
        this.operation = operation;
    }

    Attributes build() {
        if (builder != null) {
            return builder.build();
        }
        if (firstKey == null || firstValue == null) {
            return Attributes.empty();
        }
        return secondKey == null || secondValue == null
                ? Attributes.of(firstKey, firstValue)
                : Attributes.of(firstKey, firstValue, secondKey, secondValue);
    }

    @Override
    public <T> void put(AttributeKey<T> key, @Nullable T value) {
        if (value == null) {
            return;
        }
        try {
            add(key, cut(operation, value));
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("attribute", t);
        }
    }

    @SuppressWarnings("unchecked") // the value is of the key's type, and stays with it
    private <T> void add(AttributeKey<T> key, T value) {
        if (key.getKey().isEmpty()) {
            return;
        }
        if (builder != null) {
            builder.put(key, value);
        } else if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
            builder = build().toBuilder().put(key, value);
        } else if (firstKey == null) {
            firstKey = (AttributeKey<Object>) key;
            firstValue = value;
        } else if (secondKey == null) {
            secondKey = (AttributeKey<Object>) key;
            secondValue = value;
        } else {
            builder = build().toBuilder().put(key, value);
        }
    }

    @Override
    public <T> void putOld(AttributeKey<T> key, @Nullable T value) {
        if (operation.operation.writesOldNames) {
            put(key, value);
        }
    }

    @Override
    public void putKey(AttributeKey<String> key, @Nullable String value) {
        put(key, messageKey(operation, value));
    }

    @SuppressWarnings("unchecked") // a text is cut to a text, a list of texts to one of as many
    static <T> T cut(DestinationOperation operation, T value) {
        int length = operation.policy.attributeLength;
        if (value instanceof String text) {
            return (T) Text.cut(text, length);
        }
        // a class is asked for sooner than an interface, and most are numbers
        if (value instanceof Number) {
            return value;
        }
        if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof String) {
            return (T) list.stream()
                    .map(item -> item instanceof String text ? Text.cut(text, length) : item)
                    .toList();
        }
        return value;
    }

    /** What policy makes of a message's key; null to leave it out. */
    static @Nullable String messageKey(DestinationOperation operation, @Nullable String key) {
        if (key == null) {
            return null;
        }
        try {
            return operation.policy.messageKeys.apply(key);
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("policy.messageKeys", t);
            return null;
        }
    }
}
