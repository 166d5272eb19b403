package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Exactly-once pipelines: what is visible equals what is visible without Linkspan, and every span ends. */
@ExtendWith(KafkaExtension.class)
class KafkaTransactionIT {

    private static final Map<String, ?> READ_COMMITTED =
            Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;

    @BeforeEach
    void set_up() {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
    }

    private Consumer<String, String> committed(KafkaClients kafka, String topic) {
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumer(kafka.uniqueName(), READ_COMMITTED));
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    @Test
    void committed_records_are_linked_and_aborted_ones_are_never_seen(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = telemetry.wrap(kafka.transactionalProducer());
        producer.beginTransaction();
        await(producer.send(new ProducerRecord<>(topic, "aborted")));
        producer.abortTransaction();
        producer.beginTransaction();
        await(producer.send(new ProducerRecord<>(topic, "committed")));
        producer.commitTransaction();
        Consumer<String, String> consumer = committed(kafka, topic);

        List<ConsumerRecord<String, String>> records = poll(consumer, 1);
        records.forEach(record -> telemetry.records(consumer).process(record, r -> {}));

        List<SpanData> spans = otel.awaitSpans(4);
        assertThat(records).extracting(ConsumerRecord::value).containsExactly("committed");
        SpanData committedSend = named(spans, "send " + topic).get(1);
        assertThat(linksOf(one(spans, "process " + topic))).containsExactly(committedSend.getSpanId());
    }

    @Test
    void a_send_that_an_abort_cuts_off_ends_with_what_its_callback_was_told(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = telemetry.wrap(kafka.producer(
                Map.of("transactional.id", kafka.uniqueName(), "linger.ms", 60_000, "delivery.timeout.ms", 120_000)));
        producer.initTransactions();
        producer.beginTransaction();
        List<@Nullable Exception> failures = Collections.synchronizedList(new ArrayList<>());
        producer.send(new ProducerRecord<>(topic, "perhaps never sent"), (metadata, failure) -> failures.add(failure));

        producer.abortTransaction();

        SpanData send = one(otel.awaitSpans(1), "send " + topic);
        // whether the client throws the record away or has sent it by then is up to its network thread
        assertThat(failures).hasSize(1);
        assertThat(send.getStatus().getStatusCode())
                .isEqualTo(failures.get(0) == null ? StatusCode.UNSET : StatusCode.ERROR);
    }

    @Test
    void offsets_sent_to_a_transaction_are_a_settle_span(KafkaClients kafka) {
        String in = kafka.topic();
        String out = kafka.topic();
        Producer<String, String> upstream = kafka.transactionalProducer();
        upstream.beginTransaction();
        await(upstream.send(new ProducerRecord<>(in, "chair")));
        upstream.commitTransaction();
        Producer<String, String> producer = telemetry.wrap(kafka.transactionalProducer());
        Consumer<String, String> consumer = committed(kafka, in);
        TopicPartition partition = new TopicPartition(in, 0);

        poll(consumer, 1)
                .forEach(record -> telemetry.records(consumer).process(record, r -> {
                    producer.beginTransaction();
                    await(producer.send(new ProducerRecord<>(out, r.value())));
                    producer.sendOffsetsToTransaction(
                            Map.of(partition, new OffsetAndMetadata(r.offset() + 1)), consumer.groupMetadata());
                    producer.commitTransaction();
                }));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData process = one(spans, "process " + in);
        SpanData settle = one(spans, "commit " + in);
        assertThat(settle.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(settle.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(consumer.committed(java.util.Set.of(partition))
                        .get(partition)
                        .offset())
                .isEqualTo(1);
    }

    @Test
    @Tag("since-kafka-4.0")
    void next_offsets_of_a_poll_are_the_clients(KafkaClients kafka) {
        String topic = kafka.topic();
        KafkaClients.send(telemetry.wrap(kafka.producer()), topic, "chair");
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(topic));
        List<ConsumerRecords<String, String>> polls = new ArrayList<>();

        KafkaPolls.until(
                () -> {
                    polls.add(consumer.poll(Duration.ofMillis(100)));
                    return !polls.get(polls.size() - 1).isEmpty();
                },
                () -> "one record");

        assertThat(polls.get(polls.size() - 1).nextOffsets())
                .containsOnlyKeys(new TopicPartition(topic, 0))
                .allSatisfy((partition, next) -> assertThat(next.offset()).isEqualTo(1));
    }

    @Test
    void a_record_that_only_our_headers_would_make_too_large_goes_bare_and_the_transaction_commits(KafkaClients kafka) {
        String topic = kafka.topic();
        Map<String, Object> config =
                kafka.producerSettings(Map.of("transactional.id", kafka.uniqueName(), "max.request.size", 10_000));
        Producer<String, String> producer = telemetry.wrap(kafka.producer(config), config);
        producer.initTransactions();
        producer.beginTransaction();
        // 61 for the batch, 21 for the record, 1 for the key, 3 for the length, 1 for the headers
        await(producer.send(new ProducerRecord<>(topic, "x".repeat(10_000 - 87))));
        await(producer.send(new ProducerRecord<>(topic, "small")));
        producer.commitTransaction();

        List<ConsumerRecord<String, String>> records = poll(committed(kafka, topic), 2);

        assertThat(records.get(0).headers()).isEmpty();
        assertThat(records.get(1).headers().lastHeader("traceparent")).isNotNull();
        otel.awaitSpans(3);
    }

    @Test
    void a_record_too_large_by_itself_fails_the_transaction_as_it_would_without_linkspan(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = telemetry.wrap(
                kafka.producer(Map.of("transactional.id", kafka.uniqueName(), "max.request.size", 10_000)));
        producer.initTransactions();
        producer.beginTransaction();
        List<Exception> failures = new ArrayList<>();

        producer.send(new ProducerRecord<>(topic, "x".repeat(20_000)), (metadata, failure) -> failures.add(failure));

        assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        producer.abortTransaction();
        assertThat(failures).hasSize(1);
        assertThat(one(otel.awaitSpans(1), "send " + topic).getStatus().getStatusCode())
                .isEqualTo(StatusCode.ERROR);
    }
}
