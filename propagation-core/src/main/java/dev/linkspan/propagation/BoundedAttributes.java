package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes attributes under a policy, for a span or for a link. */
abstract class BoundedAttributes implements AttributeSink {

    private final DestinationOperation operation;

    private BoundedAttributes(DestinationOperation operation) {
        this.operation = operation;
    }

    /** Puts them on the span. */
    static BoundedAttributes on(Span span, DestinationOperation operation) {
        return new BoundedAttributes(operation) {
            @Override
            <T> void add(AttributeKey<T> key, T value) {
                span.setAttribute(key, value);
            }
        };
    }

    /** Collects them. */
    static Collected collected(DestinationOperation operation) {
        return new Collected(operation);
    }

    abstract <T> void add(AttributeKey<T> key, T value);

    @Override
    public final <T> void put(AttributeKey<T> key, @Nullable T value) {
        if (value == null) {
            return;
        }
        try {
            add(key, cut(value));
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("attribute", t);
        }
    }

    @SuppressWarnings("unchecked") // a text is cut to a text, a list of texts to one of as many
    private <T> T cut(T value) {
        int length = operation.policy.attributeLength;
        if (value instanceof String text) {
            return (T) Text.cut(text, length);
        }
        if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof String) {
            return (T) list.stream()
                    .map(item -> item instanceof String text ? Text.cut(text, length) : item)
                    .toList();
        }
        return value;
    }

    @Override
    public final <T> void putOld(AttributeKey<T> key, @Nullable T value) {
        if (operation.operation.writesOldNames) {
            put(key, value);
        }
    }

    @Override
    public final void putKey(AttributeKey<String> key, @Nullable String value) {
        if (value == null) {
            return;
        }
        try {
            put(key, operation.policy.messageKeys.apply(value));
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("policy.messageKeys", t);
        }
    }

    static final class Collected extends BoundedAttributes {
        private final AttributesBuilder builder = Attributes.builder();

        private Collected(DestinationOperation operation) {
            super(operation);
        }

        @Override
        <T> void add(AttributeKey<T> key, T value) {
            builder.put(key, value);
        }

        Attributes build() {
            return builder.build();
        }
    }
}
