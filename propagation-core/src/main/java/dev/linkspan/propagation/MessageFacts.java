package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads what an adapter says of a message onto spans and links. Never throws. */
final class MessageFacts<M, H> {

    private final MessageAdapter<M, H> adapter;
    private final TelemetryErrors errors;

    MessageFacts(MessageAdapter<M, H> adapter, TelemetryErrors errors) {
        this.adapter = adapter;
        this.errors = errors;
    }

    @Nullable
    H headers(M message) {
        try {
            return adapter.headers(message);
        } catch (Throwable t) {
            errors.add("adapter.headers", t);
            return null;
        }
    }

    @Nullable
    String partition(M message) {
        try {
            return adapter.partition(message);
        } catch (Throwable t) {
            errors.add("adapter.partition", t);
            return null;
        }
    }

    /** What varies per message, for a span of one message or for a link. */
    void write(M message, AttributeSink sink) {
        try {
            sink.put(Semconv.MESSAGE_ID, adapter.messageId(message));
            sink.put(Semconv.CONVERSATION_ID, adapter.conversationId(message));
            int deliveries = adapter.deliveryCount(message);
            if (deliveries > 0) {
                sink.put(Semconv.DELIVERY_COUNT, (long) deliveries);
            }
            adapter.attributes(message, sink);
        } catch (Throwable t) {
            errors.add("adapter.attributes", t);
        }
    }

    /** What a policy asks for beyond that, for a span of one message. */
    void writeExtras(M message, DestinationOperation operation, AttributeSink sink) {
        MessagingPolicy policy = operation.policy;
        try {
            if (policy.bodySizes || operation.operation.writesOldNames) {
                long size = adapter.bodySize(message);
                if (size >= 0) {
                    sink.put(Semconv.BODY_SIZE, size);
                }
            }
            H headers = policy.capturedHeaders.isEmpty() ? null : adapter.headers(message);
            if (headers != null) {
                for (String name : policy.capturedHeaders) {
                    String value = adapter.carrier().get(headers, name, policy.attributeLength);
                    if (value != null) {
                        sink.put(Semconv.header(name), List.of(Text.cut(value, policy.attributeLength)));
                    }
                }
            }
        } catch (Throwable t) {
            errors.add("adapter.headers", t);
        }
        BiFunction<String, Object, Attributes> extra = policy.extraAttributes;
        if (extra != null && message != null) {
            try {
                Attributes attributes = extra.apply(operation.operation.type.value, message);
                if (attributes != null) {
                    attributes.forEach((key, value) -> putUnchecked(sink, key, value));
                }
            } catch (Throwable t) {
                errors.add("policy.extraAttributes", t);
            }
        }
    }

    @SuppressWarnings("unchecked") // key and value stem from one Attributes
    private static <T> void putUnchecked(AttributeSink sink, AttributeKey<T> key, Object value) {
        sink.put(key, (T) value);
    }
}
