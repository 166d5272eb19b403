package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;

/**
 * The shortest way that we know to the spans of {@link KafkaHandWritten}, for messages with a plain traceparent and nothing
 * else: what is left is what the SDK, Kafka's records and a copied header take, and no tracing by spans can be below it. No
 * propagator is asked, nothing is checked, and no failure is seen. Not to be used anywhere else.
 */
final class KafkaLeast {

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> DESTINATION_NAME = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
    private static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    private static final AttributeKey<String> KEY = AttributeKey.stringKey("messaging.kafka.message.key");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    private static final byte[] TEMPLATE = ("00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01").getBytes(ISO_8859_1);

    private final Tracer tracer;

    KafkaLeast(Tracer tracer) {
        this.tracer = tracer;
    }

    Future<RecordMetadata> send(Producer<String, String> producer, ProducerRecord<String, String> record) {
        Context caller = Context.current();
        Span span = start("send orders", "send", SpanKind.PRODUCER, caller).startSpan();
        span.setAttribute(KEY, record.key());
        ProducerRecord<String, String> copy = new ProducerRecord<>(
                record.topic(), record.partition(), record.timestamp(), record.key(), record.value(), record.headers());
        copy.headers().add("traceparent", bytes(span.getSpanContext()));
        try (Scope scope = caller.with(span).makeCurrent()) {
            return producer.send(copy, (metadata, exception) -> {
                span.setAttribute(PARTITION, Integer.toString(metadata.partition()));
                span.setAttribute(OFFSET, metadata.offset());
                span.end();
            });
        }
    }

    void process(ConsumerRecord<String, String> record, Consumer<? super ConsumerRecord<String, String>> handler) {
        byte[] value = null;
        for (Header header : record.headers().toArray()) {
            value = header.key().equals("traceparent") ? header.value() : value;
        }
        Context caller = Context.current();
        Span span = start("process orders", "process", SpanKind.CONSUMER, caller)
                .setAttribute(GROUP, KafkaStubs.GROUP)
                .setAttribute(PARTITION, Integer.toString(record.partition()))
                .addLink(context(value))
                .startSpan();
        span.setAttribute(OFFSET, record.offset());
        span.setAttribute(KEY, record.key());
        try (Scope scope = caller.with(span).makeCurrent()) {
            handler.accept(record);
        } finally {
            span.end();
        }
    }

    private SpanBuilder start(String name, String operation, SpanKind kind, Context parent) {
        return tracer.spanBuilder(name)
                .setParent(parent)
                .setSpanKind(kind)
                .setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION_NAME, operation)
                .setAttribute(OPERATION_TYPE, operation)
                .setAttribute(DESTINATION_NAME, HandWritten.DESTINATION);
    }

    private static SpanContext context(byte[] value) {
        return SpanContext.createFromRemoteParent(
                new String(value, 3, 32, ISO_8859_1),
                new String(value, 36, 16, ISO_8859_1),
                TraceFlags.fromByte((byte) Character.digit(value[54], 16)),
                TraceState.getDefault());
    }

    @SuppressWarnings("deprecation") // of ASCII the low bytes are all there is
    private static byte[] bytes(SpanContext context) {
        byte[] bytes = TEMPLATE.clone();
        context.getTraceId().getBytes(0, 32, bytes, 3);
        context.getSpanId().getBytes(0, 16, bytes, 36);
        context.getTraceFlags().asHex().getBytes(0, 2, bytes, 53);
        return bytes;
    }
}
