package dev.linkspan.benchmarks;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The least that somebody would write by hand who wants what Linkspan gives on the good path: the same spans with the
 * conventions' attributes, links, no parent. It guards nothing, bounds nothing, counts nothing and measures nothing.
 */
final class HandWritten {

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("messaging.kafka.message.key");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");

    private static final TextMapSetter<Headers> SETTER =
            (headers, name, value) -> headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8));
    private static final TextMapGetter<Headers> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            List<String> names = new ArrayList<>();
            headers.forEach(header -> names.add(header.key()));
            return names;
        }

        @Override
        public String get(Headers headers, String name) {
            Header header = headers == null ? null : headers.lastHeader(name);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    };

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    HandWritten(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry.getTracer("shop");
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    Future<RecordMetadata> send(Producer<String, String> producer, ProducerRecord<String, String> record) {
        Span span = tracer.spanBuilder("send orders")
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION_NAME, "send")
                .setAttribute(OPERATION_TYPE, "send")
                .setAttribute(DESTINATION, record.topic())
                .startSpan();
        if (record.key() != null) {
            span.setAttribute(KEY, record.key());
        }
        try (Scope scope = span.makeCurrent()) {
            // the caller's record may be sent once more
            ProducerRecord<String, String> copy = new ProducerRecord<>(
                    record.topic(),
                    record.partition(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    record.headers());
            propagator.inject(Context.current(), copy.headers(), SETTER);
            return producer.send(copy, (metadata, exception) -> {
                if (exception == null) {
                    span.setAttribute(PARTITION, Integer.toString(metadata.partition()));
                    span.setAttribute(OFFSET, metadata.offset());
                } else {
                    span.setStatus(StatusCode.ERROR, exception.getMessage());
                    span.recordException(exception);
                }
                span.end();
            });
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getMessage());
            span.end();
            throw e;
        }
    }

    void process(ConsumerRecord<String, String> record, Consumer<ConsumerRecord<String, String>> handler) {
        Context extracted = propagator.extract(Context.root(), record.headers(), GETTER);
        Span span = tracer.spanBuilder("process orders")
                .setNoParent()
                .setSpanKind(SpanKind.CONSUMER)
                .addLink(Span.fromContext(extracted).getSpanContext())
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION_NAME, "process")
                .setAttribute(OPERATION_TYPE, "process")
                .setAttribute(DESTINATION, record.topic())
                .setAttribute(PARTITION, Integer.toString(record.partition()))
                .startSpan();
        span.setAttribute(OFFSET, record.offset());
        if (record.key() != null) {
            span.setAttribute(KEY, record.key());
        }
        // the message's baggage with it
        try (Scope scope = extracted.with(span).makeCurrent()) {
            handler.accept(record);
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getMessage());
            span.recordException(e);
            throw e;
        } finally {
            span.end();
        }
    }

    /** Links without number: the SDK keeps the first 128. */
    void batch(List<ConsumerRecord<String, String>> records, Consumer<List<ConsumerRecord<String, String>>> handler) {
        SpanBuilder builder = tracer.spanBuilder("process orders")
                .setNoParent()
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION_NAME, "process")
                .setAttribute(OPERATION_TYPE, "process")
                .setAttribute(DESTINATION, records.get(0).topic())
                .setAttribute(COUNT, (long) records.size());
        for (ConsumerRecord<String, String> record : records) {
            SpanContext producer = Span.fromContext(propagator.extract(Context.root(), record.headers(), GETTER))
                    .getSpanContext();
            builder.addLink(producer, Attributes.of(OFFSET, record.offset()));
        }
        Span span = builder.startSpan();
        try (Scope scope = span.makeCurrent()) {
            handler.accept(records);
        } finally {
            span.end();
        }
    }
}
