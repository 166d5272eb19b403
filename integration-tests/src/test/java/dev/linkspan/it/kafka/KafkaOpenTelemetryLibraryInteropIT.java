package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.kafka.KafkaTelemetryProducerInterceptor;
import dev.linkspan.propagation.ExistingContext;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * OpenTelemetry's own kafka-clients library, at the other end of a topic and around the same client. Its newer conventions
 * are for a whole JVM: {@link KafkaAgentInteropIT}.
 */
@ExtendWith(KafkaExtension.class)
class KafkaOpenTelemetryLibraryInteropIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry ours;
    private io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry theirs;
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        ours = KafkaTelemetry.create(otel.openTelemetry());
        theirs = io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(otel.openTelemetry());
        topic = kafka.topic();
    }

    private void send(Producer<String, String> producer) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
    }

    private ConsumerRecord<String, String> process(Consumer<String, String> consumer) {
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        ours.records(consumer).process(record, r -> {});
        return record;
    }

    /** In the loop that applications have, which the library hooks. */
    private static void forEachRecord(
            Consumer<String, String> consumer, java.util.function.Consumer<ConsumerRecord<String, String>> handler) {
        KafkaPolls.until(
                () -> {
                    boolean any = false;
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                        handler.accept(record);
                        any = true;
                    }
                    return any;
                },
                () -> "a record");
    }

    private static void assertLinkedAndNoChild(SpanData span, SpanData producer) {
        assertThat(linksOf(span)).containsExactly(producer.getSpanId());
        assertThat(span.getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void record_of_their_wrapped_producer_is_linked(KafkaClients kafka) {
        send(theirs.wrap(kafka.producer()));
        process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, topic + " publish");
        assertLinkedAndNoChild(one(spans, "poll " + topic), publish);
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void record_of_their_producer_interceptor_is_linked(KafkaClients kafka) {
        send(kafka.producer(theirs.producerInterceptorConfigProperties()));
        process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, topic + " publish");
        assertLinkedAndNoChild(one(spans, "poll " + topic), publish);
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void our_record_makes_their_process_span_a_child_of_our_send_span(KafkaClients kafka) {
        send(ours.wrap(kafka.producer()));
        poll(theirs.wrap(kafka.consumerOf(topic)), 1);

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData send = one(spans, "send " + topic);
        SpanData process = one(spans, topic + " process");
        assertThat(process.getParentSpanContext().getSpanId()).isEqualTo(send.getSpanId());
        assertThat(process.getTraceId()).isEqualTo(send.getTraceId());
        assertThat(process.getLinks()).isEmpty();
    }

    @Test
    void our_record_is_linked_by_their_process_span_when_their_receive_spans_are_on(KafkaClients kafka) {
        theirs = io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.builder(otel.openTelemetry())
                .setMessagingReceiveTelemetryEnabled(true)
                .build();
        send(ours.wrap(kafka.producer()));
        poll(theirs.wrap(kafka.consumerOf(topic)), 1);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, topic + " process");
        assertThat(linksOf(process)).containsExactly(one(spans, "send " + topic).getSpanId());
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, topic + " receive").getSpanId());
    }

    @Test
    void our_wrapper_around_their_producer_makes_two_spans_and_theirs_goes_out(KafkaClients kafka) {
        send(ours.wrap(theirs.wrap(kafka.producer())));

        assertTheirsBelowOursGoesOut(process(ours.wrap(kafka.consumerOf(topic))));
    }

    @Test
    void their_interceptor_in_our_producer_makes_two_spans_and_theirs_goes_out(KafkaClients kafka) {
        send(ours.wrap(kafka.producer(theirs.producerInterceptorConfigProperties())));

        assertTheirsBelowOursGoesOut(process(ours.wrap(kafka.consumerOf(topic))));
    }

    private void assertTheirsBelowOursGoesOut(ConsumerRecord<String, String> record) {
        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, topic + " publish");
        assertThat(publish.getParentSpanId())
                .isEqualTo(one(spans, "send " + topic).getSpanId());
        assertThat(KafkaTraceparents.spanIdIn(record)).isEqualTo(publish.getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void their_wrapper_around_our_producer_makes_two_spans_and_ours_keeps_and_links_theirs(KafkaClients kafka) {
        send(theirs.wrap(ours.wrap(kafka.producer())));

        ConsumerRecord<String, String> record = process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, topic + " publish");
        SpanData send = one(spans, "send " + topic);
        assertThat(send.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(send.getParentSpanId()).isEqualTo(publish.getSpanId());
        assertThat(linksOf(send)).containsExactly(publish.getSpanId());
        assertThat(KafkaTraceparents.spanIdIn(record)).isEqualTo(publish.getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void our_interceptor_in_their_producer_makes_two_spans_and_ours_keeps_and_links_theirs(KafkaClients kafka) {
        send(theirs.wrap(kafka.producer(Map.of(
                ProducerConfig.INTERCEPTOR_CLASSES_CONFIG,
                KafkaTelemetryProducerInterceptor.class.getName(),
                KafkaTelemetry.CONFIG_KEY,
                ours))));

        ConsumerRecord<String, String> record = process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, topic + " publish");
        assertThat(linksOf(one(spans, "send " + topic))).containsExactly(publish.getSpanId());
        assertThat(KafkaTraceparents.spanIdIn(record)).isEqualTo(publish.getSpanId());
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void our_wrapper_around_their_consumer_leaves_their_process_span_around_ours(KafkaClients kafka) {
        send(ours.wrap(kafka.producer()));
        Consumer<String, String> consumer = ours.wrap(theirs.wrap(kafka.consumerOf(topic)));

        forEachRecord(consumer, record -> ours.records(consumer).process(record, r -> {}));

        assertOursWithinTheirs();
    }

    @Test
    void their_wrapper_around_our_consumer_puts_their_process_span_around_ours(KafkaClients kafka) {
        send(ours.wrap(kafka.producer()));
        Consumer<String, String> consumer = theirs.wrap(ours.wrap(kafka.consumerOf(topic)));

        forEachRecord(consumer, record -> ours.records(consumer).process(record, r -> {}));

        assertOursWithinTheirs();
    }

    @Test
    void record_sent_on_from_their_loop_keeps_its_context_unless_the_policy_is_to_replace(KafkaClients kafka) {
        KafkaTelemetry replacing = KafkaTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.existingContext(ExistingContext.REPLACE))
                .build();
        String kept = kafka.topic();
        String replaced = kafka.topic();
        Producer<String, String> producer = kafka.producer();
        send(ours.wrap(producer));

        forEachRecord(theirs.wrap(kafka.consumerOf(topic)), record -> {
            await(ours.wrap(producer).send(copyTo(kept, record)));
            await(replacing.wrap(producer).send(copyTo(replaced, record)));
        });

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData first = one(spans, "send " + topic);
        SpanData hop = one(spans, "send " + replaced);
        assertThat(carriedBy(kafka, kept)).isEqualTo(first.getSpanId());
        assertThat(carriedBy(kafka, replaced)).isEqualTo(hop.getSpanId());
        assertThat(linksOf(hop)).containsExactly(first.getSpanId());
    }

    private static ProducerRecord<String, String> copyTo(String topic, ConsumerRecord<String, String> record) {
        return new ProducerRecord<>(topic, null, null, record.key(), record.value(), record.headers());
    }

    private static String carriedBy(KafkaClients kafka, String topic) {
        return KafkaTraceparents.spanIdIn(poll(kafka.consumerOf(topic), 1).get(0));
    }

    /** And so in the producer's trace, for theirs is the producer's child. */
    private void assertOursWithinTheirs() {
        List<SpanData> spans = otel.awaitSpans(4);
        SpanData send = one(spans, "send " + topic);
        SpanData theirProcess = one(spans, topic + " process");
        SpanData process = one(spans, "process " + topic);
        assertThat(spans).hasSize(4);
        assertLinkedAndNoChild(one(spans, "poll " + topic), send);
        assertThat(linksOf(process)).containsExactly(send.getSpanId());
        assertThat(process.getParentSpanId()).isEqualTo(theirProcess.getSpanId());
        assertThat(theirProcess.getParentSpanId()).isEqualTo(send.getSpanId());
    }
}
