package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads what an adapter says of a message onto spans and links. Never throws; a fact that fails is left out alone. */
final class MessageFacts<M, H> {

    final HeaderCarrier<H> carrier;
    private final MessageAdapter<M, H> adapter;
    private final TelemetryErrors errors;

    MessageFacts(MessageAdapter<M, H> adapter, TelemetryErrors errors) {
        this.carrier = requireNonNull(adapter.carrier(), "the adapter's carrier() returned null");
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

    boolean isControl(M message) {
        try {
            return message != null && adapter.control(message);
        } catch (Throwable t) {
            errors.add("adapter.control", t);
            return false;
        }
    }

    Iterable<? extends M> elements(Iterable<? extends M> messages) {
        try {
            return adapter.elements(messages);
        } catch (Throwable t) {
            errors.add("adapter.elements", t);
            return messages;
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
        writeIds(message, sink);
        long deliveries = deliveryCount(message);
        if (deliveries > 0) {
            sink.put(Semconv.DELIVERY_COUNT, deliveries);
        }
        try {
            adapter.attributes(message, sink);
        } catch (Throwable t) {
            failed(t);
        }
    }

    void writeIds(M message, AttributeSink sink) {
        sink.put(Semconv.MESSAGE_ID, messageId(message));
        sink.put(Semconv.CONVERSATION_ID, conversationId(message));
    }

    private @Nullable String messageId(M message) {
        try {
            return adapter.messageId(message);
        } catch (Throwable t) {
            failed(t);
            return null;
        }
    }

    private @Nullable String conversationId(M message) {
        try {
            return adapter.conversationId(message);
        } catch (Throwable t) {
            failed(t);
            return null;
        }
    }

    private long deliveryCount(M message) {
        try {
            return adapter.deliveryCount(message);
        } catch (Throwable t) {
            failed(t);
            return 0;
        }
    }

    private long bodySize(M message) {
        try {
            return adapter.bodySize(message);
        } catch (Throwable t) {
            failed(t);
            return -1;
        }
    }

    private void failed(Throwable error) {
        errors.add("adapter.attributes", error);
    }

    /** All that tells a message apart where its span is of many: on a link or an event. */
    Attributes identity(M message, DestinationOperation destination) {
        BoundedAttributes sink = new BoundedAttributes(destination);
        sink.put(Semconv.DESTINATION_NAME, destination.destination);
        sink.put(Semconv.PARTITION_ID, partition(message));
        write(message, sink);
        return sink.build();
    }

    /** What the message's headers say of its producer; null if it has none. */
    @Nullable
    Extraction<H> extract(M message, Propagation propagation, Context ambient) {
        H headers = headers(message);
        return headers == null ? null : Extraction.of(propagation, carrier, headers, ambient);
    }

    /** What a policy asks for beyond that, for a span of one message. */
    void writeExtras(M message, DestinationOperation operation, AttributeSink sink) {
        MessagingPolicy policy = operation.policy;
        if (policy.bodySizes || operation.operation.writesOldNames) {
            long bytes = bodySize(message);
            if (bytes >= 0) {
                sink.put(Semconv.BODY_SIZE, bytes);
            }
        }
        H headers = policy.capturedHeaders.isEmpty() ? null : headers(message);
        if (headers != null) {
            // a carrier counts bytes, the policy characters, of which one takes up to four
            int maxBytes = (int) Math.min(Integer.MAX_VALUE - 1, 4L * policy.attributeLength);
            for (String name : policy.capturedHeaders) {
                writeHeader(headers, name, maxBytes, sink);
            }
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

    private void writeHeader(H headers, String name, int maxBytes, AttributeSink sink) {
        try {
            String value = carrier.get(headers, name, maxBytes);
            if (value != null) {
                sink.put(Semconv.header(name), List.of(value));
            }
        } catch (Throwable t) {
            errors.add("carrier.get", t);
        }
    }

    @SuppressWarnings("unchecked") // key and value stem from one Attributes
    private static <T> void putUnchecked(AttributeSink sink, AttributeKey<T> key, Object value) {
        sink.put(key, (T) value);
    }
}
