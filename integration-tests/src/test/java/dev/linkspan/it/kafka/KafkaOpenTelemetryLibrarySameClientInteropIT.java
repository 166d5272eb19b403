package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.kafka.KafkaTelemetryProducerInterceptor;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** OpenTelemetry's own kafka-clients library and ours in one process, most of it around the same client. */
class KafkaOpenTelemetryLibrarySameClientInteropIT extends KafkaLibraryBench {

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
    void record_sent_on_from_their_loop_is_a_hop_of_its_own(KafkaClients kafka) {
        String next = kafka.topic();
        Producer<String, String> producer = ours.wrap(kafka.producer());
        send(producer);

        forEachRecord(theirs.wrap(kafka.consumerOf(topic)), record -> await(producer.send(copyTo(next, record))));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData hop = one(spans, "send " + next);
        assertThat(linksOf(hop)).containsExactly(one(spans, "send " + topic).getSpanId());
        assertThat(carriedBy(kafka, next)).isEqualTo(hop.getSpanId());
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
