package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * Takes attributes of a message or an operation. Text is cut at the policy's length
 * ({@link MessagingPolicy#attributeLength}); null values are skipped; nothing throws.
 */
public interface AttributeSink {

    /** Adds an attribute. */
    <T> void put(AttributeKey<T> key, @Nullable T value);

    /**
     * Adds an attribute under a name that the conventions have since replaced: it is written only with
     * {@code OTEL_SEMCONV_STABILITY_OPT_IN=messaging/dup}.
     */
    <T> void putOld(AttributeKey<T> key, @Nullable T value);

    /**
     * Adds a message key, which may name a person: it is written as the policy says
     * ({@link MessagingPolicy#messageKeys(boolean)}).
     */
    void putKey(AttributeKey<String> key, @Nullable String value);
}
