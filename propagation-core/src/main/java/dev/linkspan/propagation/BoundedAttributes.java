package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects attributes under a policy, for a link or an event; and the bounds themselves, for spans too. */
final class BoundedAttributes implements AttributeSink {

    private final AttributesBuilder builder = Attributes.builder();
    private final DestinationOperation operation;

    BoundedAttributes(DestinationOperation operation) {
        this.operation = operation;
    }

    Attributes build() {
        return builder.build();
    }

    @Override
    public <T> void put(AttributeKey<T> key, @Nullable T value) {
        if (value == null) {
            return;
        }
        try {
            builder.put(key, cut(operation, value));
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("attribute", t);
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
