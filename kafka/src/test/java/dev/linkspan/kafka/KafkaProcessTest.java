package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaProcessTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final ConsumerRecord<String, String> record = Received.traced("orders", 3, 42);
    private final FakeConsumer client = FakeConsumer.of(record);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void span_is_a_root_with_a_link_these_attributes_and_no_others() {
        Consumer<String, String> consumer =
                kafka.wrap(client, Map.of("client.id", "shop", "bootstrap.servers", "broker:9092"));
        kafka.records(consumer).process(record, r -> {});

        SpanData process = telemetry.span();
        assertThat(process)
                .hasName("process orders")
                .hasKind(SpanKind.CONSUMER)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.client.id", "shop")
                        .put("messaging.kafka.message.key", "key")
                        .put("messaging.kafka.offset", 42)
                        .put("server.address", "broker")
                        .put("server.port", 9092)
                        .build());
        assertThat(process.getTraceId()).isNotEqualTo(Received.TRACE_ID);
        assertThat(RecordedTelemetry.linkedSpans(process)).containsExactly(Received.spanId(42));
    }

    @Test
    void handler_gets_the_very_record_and_its_span_is_current() {
        List<Object> seen = new ArrayList<>();
        kafka.records(client).process(record, r -> {
            seen.add(r);
            seen.add(Span.current().getSpanContext());
        });

        assertThat(seen).isEqualTo(List.of(record, telemetry.span().getSpanContext()));
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void tracer_works_on_any_thread_and_never_touches_the_consumer() throws Exception {
        Untouchable untouchable = new Untouchable();
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(untouchable);
        MessageTracer<ConsumerRecord<String, String>> ofWrapped = kafka.records(kafka.wrap(untouchable));
        untouchable.closed = true;
        Thread worker = new Thread(() -> {
            records.process(record, r -> {});
            ofWrapped.process(record, r -> {});
        });
        worker.start();
        worker.join();

        assertThat(telemetry.spans("process orders")).hasSize(2);
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();
    }

    private static final class Untouchable extends FakeConsumer {
        boolean closed;

        @Override
        public ConsumerGroupMetadata groupMetadata() {
            if (closed) {
                throw new AssertionError("touched");
            }
            return super.groupMetadata();
        }

        @Override
        public synchronized Map<MetricName, ? extends Metric> metrics() {
            if (closed) {
                throw new AssertionError("touched");
            }
            return Map.of();
        }
    }

    @Test
    void exception_of_the_handler_reaches_the_caller_as_it_is() {
        IOException failure = new IOException("disk");
        assertThatThrownBy(() -> kafka.records(client).process(record, r -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> kafka.records(client).call(record, r -> {
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(telemetry.spans("process orders"))
                .allSatisfy(span -> assertThat(span).hasException(failure))
                .hasSize(2);
    }

    @Test
    void call_returns_what_the_handler_returns() throws Exception {
        assertThat(kafka.records(client).<String, Exception>call(record, r -> r.value()))
                .isEqualTo("value");
    }

    @Test
    void span_of_async_work_ends_with_its_stage() {
        CompletableFuture<String> work = new CompletableFuture<>();
        assertThat((Object) kafka.records(client).processAsync(record, r -> work))
                .isSameAs(work);
        assertThat(telemetry.spans()).isEmpty();
        work.complete("done");

        assertThat(telemetry.span()).hasName("process orders");
    }

    @Test
    void handle_may_be_closed_on_another_thread() throws InterruptedException {
        MessageSpan span = kafka.records(client).start(record);
        Thread other = new Thread(() -> span.error(new IOException("disk")).close());
        other.start();
        other.join();

        assertThat(telemetry.span()).hasException(new IOException("disk"));
    }

    @Test
    void baggage_of_the_record_reaches_the_handler() {
        List<String> seen = new ArrayList<>();
        ConsumerRecord<String, String> tagged = Received.record(
                "orders", 0, 0, Received.headers("traceparent", Received.TRACEPARENT, "baggage", "tenant=blue"));
        kafka.records(client).process(tagged, r -> seen.add(Baggage.current().getEntryValue("tenant")));

        assertThat(seen).containsExactly("blue");
    }

    @Test
    void batch_is_one_span_with_a_link_to_each_producer() {
        MessageSpan batch = kafka.records(client)
                .startBatch(List.of(Received.traced("orders", 0, 1), Received.traced("orders", 1, 2)));
        batch.close();

        assertThat(telemetry.span()).hasName("process orders").hasKind(SpanKind.CONSUMER);
        assertThat(RecordedTelemetry.linkedSpans(telemetry.span()))
                .containsExactly(Received.spanId(1), Received.spanId(2));
    }

    @Test
    void ambient_span_is_the_parent() {
        SpanContext loop = telemetry.inSpan("loop", () -> kafka.records(client).process(record, r -> {}));

        assertThat(telemetry.span("process orders")).hasParentSpanId(loop.getSpanId());
    }
}
