package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.propagation.ExistingContext;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.Relation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that carry a context when they are sent: forwarded with copied headers, or made before. */
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaForwardTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final FakeProducer<String, String> client = FakeProducer.acknowledging();
    private final Producer<String, String> producer = kafka.wrap(client);
    private final MessageTracer<ConsumerRecord<String, String>> records = kafka.records(new FakeConsumer());
    private final ConsumerRecord<String, String> incoming = Received.traced("orders", 0, 1);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void forward_inside_process_is_a_hop_of_its_own() {
        records.process(incoming, record -> producer.send(copyOf(record)));

        SpanData forward = telemetry.span("send orders-dlt");
        assertThat(forward).hasKind(SpanKind.PRODUCER).hasParent(telemetry.span("process orders"));
        assertThat(RecordedTelemetry.linkedSpans(forward)).containsExactly(Received.spanId(1));
        assertCarries(forward);
        assertOutcome("replaced");
    }

    @Test
    void forward_inside_a_process_that_is_the_producers_child_is_a_hop_of_its_own() {
        KafkaTelemetry replying = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.relation(Relation.PARENT))
                .build();
        MessageTracer<ConsumerRecord<String, String>> children = replying.records(new FakeConsumer());
        children.process(incoming, record -> producer.send(copyOf(record)));

        SpanData forward = telemetry.span("send orders-dlt");
        assertThat(forward).hasTraceId(Received.TRACE_ID).hasKind(SpanKind.PRODUCER);
        assertCarries(forward);
    }

    @Test
    void forward_outside_process_is_a_hop_of_its_own() {
        producer.send(copyOf(incoming));

        SpanData forward = telemetry.span("send orders-dlt");
        assertThat(forward).hasKind(SpanKind.PRODUCER).hasNoParent();
        assertThat(RecordedTelemetry.linkedSpans(forward)).containsExactly(Received.spanId(1));
        assertCarries(forward);
    }

    @Test
    void forward_under_an_unrelated_span_is_a_hop_of_its_own() {
        SpanContext unrelated = telemetry.inSpan("loop", () -> producer.send(copyOf(incoming)));

        SpanData forward = telemetry.span("send orders-dlt");
        assertThat(forward).hasParentSpanId(unrelated.getSpanId()).hasKind(SpanKind.PRODUCER);
        assertCarries(forward);
    }

    @Test
    void record_without_a_context_forwarded_inside_process_gets_one() {
        ConsumerRecord<String, String> bare = Received.record("orders", 0, 0, Received.headers());
        records.process(bare, record -> producer.send(copyOf(record)));

        SpanData forward = telemetry.span("send orders-dlt");
        assertThat(forward).hasParent(telemetry.span("process orders")).hasTotalRecordedLinks(0);
        assertCarries(forward);
    }

    @Test
    void context_of_the_current_span_was_put_there_on_purpose_and_stays() {
        SpanContext caller = telemetry.inSpan("checkout", () -> {
            SpanContext current = Span.current().getSpanContext();
            producer.send(new ProducerRecord<>(
                    "orders",
                    null,
                    "key",
                    "value",
                    Received.headers("traceparent", "00-" + current.getTraceId() + "-" + current.getSpanId() + "-01")));
        });

        assertThat(telemetry.span("send orders")).hasKind(SpanKind.CLIENT).hasParentSpanId(caller.getSpanId());
        assertThat(RecordedTelemetry.linkedSpans(telemetry.span("send orders"))).containsExactly(caller.getSpanId());
        assertThat(Received.spanIdIn(client.lastRecord().headers())).isEqualTo(caller.getSpanId());
        assertOutcome("kept");
    }

    @Test
    void keep_leaves_any_context_as_it_is() {
        Producer<String, String> mirror = producer(ExistingContext.KEEP);
        ProducerRecord<String, String> copy = copyOf(incoming);
        mirror.send(copy);

        assertThat(telemetry.span()).hasKind(SpanKind.CLIENT).hasTotalRecordedLinks(1);
        assertThat(client.lastRecord()).isSameAs(copy);
        assertThat(Received.spanIdIn(copy.headers())).isEqualTo(Received.spanId(1));
    }

    @Test
    void replace_replaces_any_context() {
        Producer<String, String> replacing = producer(ExistingContext.REPLACE);
        telemetry.inSpan("checkout", () -> {
            ProducerRecord<String, String> made = kafka.create(new ProducerRecord<>("orders", "value"));
            replacing.send(made);
        });

        SpanData send = telemetry.span("send orders");
        assertThat(RecordedTelemetry.linkedSpans(send))
                .containsExactly(telemetry.span("create orders").getSpanId());
        assertThat(send).hasKind(SpanKind.PRODUCER);
        assertCarries(send);
    }

    @Test
    void created_record_keeps_its_context_through_a_send_elsewhere() throws InterruptedException {
        ProducerRecord<String, String> given =
                new ProducerRecord<>("orders", null, "key", "value", Received.headers("tenant", "blue"));
        ProducerRecord<String, String> made = kafka.create(given);
        Thread other = new Thread(() -> telemetry.inSpan("outbox", () -> producer.send(made)));
        other.start();
        other.join();

        SpanData create = telemetry.span("create orders");
        SpanData send = telemetry.span("send orders");
        assertThat(create).hasKind(SpanKind.PRODUCER).hasNoParent().hasTotalRecordedLinks(0);
        assertThat(send).hasKind(SpanKind.CLIENT).hasParent(telemetry.span("outbox"));
        assertThat(RecordedTelemetry.linkedSpans(send)).containsExactly(create.getSpanId());
        assertCarries(create);
        assertThat(Received.snapshot(given.headers())).containsExactly("tenant=blue");
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
    }

    @Test
    void create_span_has_these_attributes_and_no_others() {
        KafkaTelemetry.builder(telemetry.sdk())
                .clusterId("c-1")
                .build()
                .create(new ProducerRecord<>("orders", 3, "order-1", null));

        assertThat(telemetry.span())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "create")
                        .put("messaging.operation.type", "create")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.kafka.cluster.id", "c-1")
                        .put("messaging.kafka.message.key", "order-1")
                        .put("messaging.kafka.message.tombstone", true)
                        .build());
    }

    @Test
    void create_without_telemetry_returns_the_record_itself() {
        ProducerRecord<String, String> record = new ProducerRecord<>("orders", "value");

        assertThat(KafkaTelemetry.create(OpenTelemetry.noop()).create(record)).isSameAs(record);
    }

    @Test
    void malformed_context_is_replaced_even_under_keep() {
        Producer<String, String> mirror = producer(ExistingContext.KEEP);
        mirror.send(
                new ProducerRecord<>("orders", null, "key", "value", Received.headers("traceparent", "00-zz-zz-01")));

        assertThat(telemetry.span()).hasKind(SpanKind.PRODUCER).hasTotalRecordedLinks(0);
        assertCarries(telemetry.span());
    }

    private Producer<String, String> producer(ExistingContext existing) {
        return KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.existingContext(existing))
                .build()
                .wrap(client);
    }

    private static ProducerRecord<String, String> copyOf(ConsumerRecord<String, String> record) {
        return new ProducerRecord<>("orders-dlt", null, record.key(), record.value(), record.headers());
    }

    private void assertCarries(SpanData span) {
        assertThat(Received.spanIdIn(client.lastRecord().headers())).isEqualTo(span.getSpanId());
    }

    private void assertOutcome(String outcome) {
        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .isEqualTo(Map.of(outcome, 1L));
    }
}
