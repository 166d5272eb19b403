package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One hop: from a wrapped producer over the broker to a wrapped consumer's handler. */
@ExtendWith(KafkaExtension.class)
class KafkaPropagationIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private Producer<String, String> producer;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        producer = telemetry.wrap(kafka.producer());
        topic = kafka.topic();
    }

    private Consumer<String, String> consumerOf(KafkaClients kafka) {
        return telemetry.wrap(kafka.consumerOf(topic));
    }

    @Test
    void a_record_is_handled_in_a_trace_of_its_own_that_links_to_its_producer(KafkaClients kafka) {
        await(producer.send(new ProducerRecord<>(topic, "o-1", "chair")));
        Consumer<String, String> consumer = consumerOf(kafka);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);

        telemetry.records(consumer).process(record, r -> {});

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData send = one(spans, "send " + topic);
        SpanData receive = one(spans, "poll " + topic);
        SpanData process = one(spans, "process " + topic);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(receive.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(process.getTraceId()).isNotEqualTo(send.getTraceId());
        assertThat(linksOf(process)).containsExactly(send.getSpanContext().getSpanId());
        assertThat(linksOf(receive)).containsExactly(send.getSpanContext().getSpanId());
        otel.assertThatSpans().propagates(topic);
    }

    @Test
    void two_groups_both_link_to_the_one_send_span(KafkaClients kafka) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));

        for (int group = 0; group < 2; group++) {
            Consumer<String, String> consumer = consumerOf(kafka);
            MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);
            poll(consumer, 1).forEach(record -> records.process(record, r -> {}));
        }

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData send = one(spans, "send " + topic);
        assertThat(named(spans, "process " + topic))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(send.getSpanId()))
                .extracting(SpanData::getTraceId)
                .doesNotHaveDuplicates();
        otel.assertThatSpans().propagates(topic);
    }

    @Test
    void many_records_in_one_poll_are_one_receive_span_with_a_link_to_each_producer(KafkaClients kafka) {
        for (int i = 0; i < 20; i++) {
            await(producer.send(new ProducerRecord<>(topic, "item " + i)));
        }
        Consumer<String, String> consumer = consumerOf(kafka);

        int records = poll(consumer, 20).size();

        List<SpanData> spans = otel.awaitSpans(21);
        List<String> sent =
                named(spans, "send " + topic).stream().map(SpanData::getSpanId).toList();
        List<String> linked = new ArrayList<>();
        named(spans, "poll " + topic).forEach(receive -> linked.addAll(linksOf(receive)));
        assertThat(records).isEqualTo(20);
        assertThat(linked).containsExactlyElementsOf(sent);
    }

    @Test
    void a_record_without_context_is_handled_and_links_to_nothing(KafkaClients kafka) {
        await(kafka.producer().send(new ProducerRecord<>(topic, "bare")));
        Consumer<String, String> consumer = consumerOf(kafka);
        Span ambient =
                otel.openTelemetry().getTracer("test").spanBuilder("loop").startSpan();

        try (Scope scope = ambient.makeCurrent()) {
            ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
            telemetry.records(consumer).process(record, r -> {});
        } finally {
            ambient.end();
        }

        SpanData process = one(otel.awaitSpans(3), "process " + topic);
        assertThat(linksOf(process)).isEmpty();
        assertThat(process.getParentSpanId()).isEqualTo(ambient.getSpanContext().getSpanId());
    }

    @ParameterizedTest
    @MethodSource("dev.linkspan.it.HostileValues#traceparents")
    void a_hostile_traceparent_gives_a_handled_record_and_no_link(byte[] value, KafkaClients kafka) {
        ProducerRecord<String, String> hostile = new ProducerRecord<>(topic, "hostile");
        hostile.headers().add("traceparent", value).add("tracestate", value).add("baggage", value);
        await(kafka.producer().send(hostile));
        Consumer<String, String> consumer = consumerOf(kafka);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);

        String handled = telemetry.records(consumer).call(record, ConsumerRecord::value);

        assertThat(handled).isEqualTo("hostile");
        assertThat(linksOf(one(otel.awaitSpans(2), "process " + topic))).isEmpty();
    }

    @Test
    void what_the_handler_throws_comes_out_and_marks_its_span(KafkaClients kafka) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
        Consumer<String, String> consumer = consumerOf(kafka);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        IOException failure = new IOException("the warehouse is closed");

        assertThatThrownBy(() -> telemetry.records(consumer).process(record, r -> {
                    throw failure;
                }))
                .isSameAs(failure);

        SpanData process = one(otel.awaitSpans(3), "process " + topic);
        assertThat(process.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(process.getEvents()).hasSize(1);
    }

    @Test
    void a_redelivered_record_is_a_second_span_that_links_to_the_same_producer(KafkaClients kafka) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
        String group = kafka.uniqueName();
        for (int delivery = 0; delivery < 2; delivery++) {
            try (Consumer<String, String> consumer = telemetry.wrap(kafka.consumer(group, Map.of()))) {
                consumer.subscribe(List.of(topic));
                MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);
                poll(consumer, 1).forEach(record -> records.process(record, r -> {}));
                // closed without a commit: the record comes again
            }
        }

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData send = one(spans, "send " + topic);
        assertThat(named(spans, "process " + topic))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(send.getSpanId()));
    }

    @Test
    void baggage_reaches_the_handler_on_any_thread(KafkaClients kafka) throws Exception {
        try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
            await(producer.send(new ProducerRecord<>(topic, "chair")));
        }
        Consumer<String, String> consumer = consumerOf(kafka);
        MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        ExecutorService workers = Executors.newSingleThreadExecutor();
        try {
            String tenant = await(workers.submit(
                    () -> records.call(record, r -> Baggage.current().getEntryValue("tenant"))));

            assertThat(tenant).isEqualTo("blue");
        } finally {
            workers.shutdownNow();
        }
        otel.awaitSpans(3);
    }

    @Test
    void an_asynchronous_handler_s_span_ends_with_its_stage(KafkaClients kafka) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
        Consumer<String, String> consumer = consumerOf(kafka);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        CompletableFuture<String> stage = new CompletableFuture<>();

        CompletableFuture<String> returned = telemetry.records(consumer).processAsync(record, r -> stage);

        assertThat(returned).isSameAs(stage);
        assertThat(named(otel.awaitSpans(2), "process " + topic)).isEmpty();
        stage.complete("done");
        assertThat(named(otel.awaitSpans(3), "process " + topic)).hasSize(1);
    }

    @Test
    void the_headers_of_a_received_record_stay_as_they_came(KafkaClients kafka) {
        ProducerRecord<String, String> sent = new ProducerRecord<>(topic, "chair");
        sent.headers().add("kind", "order".getBytes(UTF_8));
        await(producer.send(sent));
        Consumer<String, String> consumer = consumerOf(kafka);
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        var before = List.of(record.headers().toArray());

        telemetry.records(consumer).process(record, r -> {});

        assertThat(record.headers().toArray()).containsExactlyElementsOf(before);
        assertThat(sent.headers().toArray()).hasSize(1);
        otel.awaitSpans(3);
    }
}
