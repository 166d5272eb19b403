package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

final class KafkaHandWritten extends HandWritten<ConsumerRecord<String, String>> {

    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("messaging.kafka.message.key");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    private static final TextMapSetter<Headers> SETTER =
            (headers, name, value) -> headers.remove(name).add(name, value.getBytes(UTF_8));

    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");

    KafkaHandWritten(OpenTelemetry openTelemetry) {
        super("kafka", openTelemetry);
    }

    Future<RecordMetadata> send(Producer<String, String> producer, ProducerRecord<String, String> record) {
        Span span = startSend("send orders", "send");
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
                    fail(span, exception);
                }
                span.end();
            });
        } catch (RuntimeException e) {
            fail(span, e);
            span.end();
            throw e;
        }
    }

    @Override
    void describe(ConsumerRecord<String, String> record, Span span) {
        span.setAttribute(GROUP, KafkaStubs.GROUP);
        span.setAttribute(PARTITION, Integer.toString(record.partition()));
        span.setAttribute(OFFSET, record.offset());
        if (record.key() != null) {
            span.setAttribute(KEY, record.key());
        }
    }

    @Override
    void link(SpanContext producer, ConsumerRecord<String, String> record, SpanBuilder builder) {
        builder.addLink(producer, Attributes.of(OFFSET, record.offset()));
    }

    @Override
    public Iterable<String> keys(ConsumerRecord<String, String> record) {
        List<String> names = new ArrayList<>();
        record.headers().forEach(header -> names.add(header.key()));
        return names;
    }

    @Override
    public String get(ConsumerRecord<String, String> record, String name) {
        Header header = record == null ? null : record.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
