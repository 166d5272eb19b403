package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.send;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Batches, and what is committed of them. */
@ExtendWith(KafkaExtension.class)
class KafkaBatchIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private Producer<String, String> producer;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        producer = telemetry.wrap(kafka.producer());
    }

    /** A consumer, and what it needs to process and settle. */
    private record Worker(
            Consumer<String, String> consumer,
            BatchProcessor<ConsumerRecord<String, String>> orders,
            KafkaSettlement<String, String> settlement) {

        /** Records of these values fail. */
        BatchResult<ConsumerRecord<String, String>> handle(
                List<ConsumerRecord<String, String>> records, Set<String> bad) {
            BatchResult<ConsumerRecord<String, String>> result = orders.process(
                    records,
                    batch -> batch.forEach(record -> {
                        if (bad.contains(record.value())) {
                            throw new IllegalStateException("no " + record.value());
                        }
                    }));
            result.settle(settlement::settle);
            return result;
        }

        long committed(TopicPartition partition) {
            var offset = consumer.committed(Set.of(partition)).get(partition);
            return offset == null ? 0 : offset.offset();
        }
    }

    private Worker worker(Consumer<String, String> client) {
        Consumer<String, String> consumer = telemetry.wrap(client);
        return new Worker(consumer, BatchProcessor.create(telemetry.records(consumer)), KafkaSettlement.of(consumer));
    }

    @Test
    void batch_is_one_span_linked_to_each_producer_and_its_commit_is_below_it(KafkaClients kafka) {
        String topic = kafka.topic();
        send(producer, topic, "chair", "table", "lamp");
        Worker worker = worker(kafka.consumerOf(topic));
        otel.reset();
        send(producer, topic, "sofa");
        worker.handle(poll(worker.consumer, 4), Set.of());

        List<SpanData> spans = otel.spans();
        SpanData process = one(spans, "process " + topic);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(process))
                .hasSize(4)
                .endsWith(one(spans, "send " + topic).getSpanId());
        assertThat(process.getLinks())
                .extracting(link -> link.getAttributes().get(longKey("messaging.kafka.offset")))
                .containsExactly(0L, 1L, 2L, 3L);
        assertThat(process.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(4);
        assertThat(one(spans, "commit " + topic).getParentSpanId()).isEqualTo(process.getSpanId());
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void two_thousand_records_of_two_thousand_producers_are_one_span_with_128_links(KafkaClients kafka) {
        String topic = kafka.topic();
        IntStream.range(0, 2_000).forEach(i -> producer.send(new ProducerRecord<>(topic, "order " + i)));
        producer.flush();
        Worker worker = worker(kafka.consumerOf(topic));
        BatchResult<?> result = worker.handle(poll(worker.consumer, 2_000), Set.of());

        assertThat(result.succeeded()).hasSize(2_000);
        SpanData process = one(otel.spans(), "process " + topic);
        assertThat(process.getLinks()).hasSize(128);
        assertThat(process.getTotalRecordedLinks()).isEqualTo(128);
        assertThat(process.getAttributes().get(longKey("linkspan.links.left_out")))
                .isEqualTo(1_872);
        assertThat(worker.committed(new TopicPartition(topic, 0))).isEqualTo(2_000);
    }

    @Test
    void record_that_failed_comes_again_with_all_after_it_and_is_not_passed_over(KafkaClients kafka) {
        String topic = kafka.topic();
        TopicPartition partition = new TopicPartition(topic, 0);
        String group = kafka.uniqueName();
        send(producer, topic, "a", "b", "bad", "d", "e");
        Worker worker = worker(kafka.consumer(group, Map.of()));
        worker.consumer.subscribe(List.of(topic));

        worker.handle(poll(worker.consumer, 5), Set.of("bad"));
        assertThat(worker.committed(partition)).isEqualTo(2);
        List<ConsumerRecord<String, String>> again = poll(worker.consumer, 3);
        assertThat(again).extracting(ConsumerRecord::value).containsExactly("bad", "d", "e");
        worker.handle(again, Set.of("bad"));
        assertThat(worker.committed(partition)).isEqualTo(2);
        worker.handle(poll(worker.consumer, 3), Set.of());
        assertThat(worker.committed(partition)).isEqualTo(5);

        List<SpanData> batches = named(otel.spans(), "process " + topic);
        assertThat(batches)
                .extracting(SpanData::getStatus)
                .containsExactly(StatusData.unset(), StatusData.unset(), StatusData.unset());
        assertThat(batches)
                .extracting(span -> span.getAttributes().get(longKey("linkspan.batch.failed_count")))
                .containsExactly(1L, 1L, null);
        assertThat(batches.get(0).getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getAttributes()).satisfies(attributes -> {
                    assertThat(attributes.get(longKey("messaging.kafka.offset")))
                            .isEqualTo(2);
                    assertThat(attributes.get(stringKey("messaging.destination.partition.id")))
                            .isEqualTo("0");
                }));
    }

    @Test
    void partitions_fail_by_themselves(KafkaClients kafka) {
        String topic = kafka.topic(2);
        for (int partition = 0; partition < 2; partition++) {
            for (String value : List.of("a", "b", "c")) {
                KafkaClients.await(producer.send(new ProducerRecord<>(topic, partition, "key", value + partition)));
            }
        }
        Worker worker = worker(kafka.consumerOf(topic));
        worker.handle(poll(worker.consumer, 6), Set.of("b1"));

        assertThat(worker.committed(new TopicPartition(topic, 0))).isEqualTo(3);
        assertThat(worker.committed(new TopicPartition(topic, 1))).isEqualTo(1);
        assertThat(poll(worker.consumer, 2)).extracting(ConsumerRecord::value).containsExactly("b1", "c1");
    }

    @Test
    void partition_that_is_lost_before_the_batch_is_settled_is_its_new_owners(KafkaClients kafka) {
        String topic = kafka.topic(2);
        for (int partition = 0; partition < 2; partition++) {
            producer.send(new ProducerRecord<>(topic, partition, "key", "order " + partition));
        }
        producer.flush();
        String group = kafka.uniqueName();
        Worker first = worker(kafka.consumer(group, Map.of()));
        first.consumer.subscribe(List.of(topic));
        List<ConsumerRecord<String, String>> polled = poll(first.consumer, 2);
        Worker second = worker(kafka.consumer(group, Map.of()));
        second.consumer.subscribe(List.of(topic));
        List<ConsumerRecord<String, String>> taken = new ArrayList<>();
        KafkaPolls.until(
                () -> {
                    first.consumer.poll(Duration.ofMillis(50));
                    second.consumer.poll(Duration.ofMillis(50)).forEach(taken::add);
                    Set<TopicPartition> both = new HashSet<>(first.consumer.assignment());
                    both.addAll(second.consumer.assignment());
                    return first.consumer.assignment().size() == 1
                            && second.consumer.assignment().size() == 1
                            && both.size() == 2
                            && !taken.isEmpty();
                },
                () -> "the second member gets a partition; it has " + second.consumer.assignment());
        TopicPartition lost = second.consumer.assignment().iterator().next();
        TopicPartition kept = first.consumer.assignment().iterator().next();

        first.handle(polled, Set.of("order " + lost.partition()));

        assertThat(first.committed(kept)).isEqualTo(1);
        assertThat(first.committed(lost)).isZero();
        assertThat(taken).extracting(ConsumerRecord::partition).containsOnly(lost.partition());
        second.handle(taken, Set.of());
        assertThat(first.committed(lost)).isEqualTo(1);
    }

    @Test
    void asynchronous_batch_is_settled_on_the_polling_thread_below_its_span(KafkaClients kafka) {
        String topic = kafka.topic();
        send(producer, topic, "a", "bad", "c");
        Worker worker = worker(kafka.consumerOf(topic));
        List<ConsumerRecord<String, String>> records = poll(worker.consumer, 3);
        worker.orders
                .processAsync(
                        records,
                        batch -> CompletableFuture.runAsync(
                                () -> batch.fail(records.get(1), new IllegalStateException("bad"))))
                .join()
                .settle(worker.settlement::settle);

        assertThat(worker.committed(new TopicPartition(topic, 0))).isEqualTo(1);
        assertThat(one(otel.spans(), "commit " + topic).getParentSpanId())
                .isEqualTo(one(otel.spans(), "process " + topic).getSpanId());
    }

    @Test
    @Tag("since-kafka-4.1")
    void share_group_gets_released_records_again_and_rejected_ones_not(KafkaClients kafka) {
        String topic = kafka.topic();
        send(producer, topic, "a", "released", "c");
        String group = kafka.shareGroup();
        ShareConsumer<String, String> consumer = telemetry.wrap(
                kafka.shareConsumer(group, Map.of(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit")));
        consumer.subscribe(List.of(topic));
        BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(telemetry.records(consumer));
        List<String> handled = new ArrayList<>();

        handleShare(consumer, orders, KafkaSettlement.of(consumer), Set.of("released"), handled, 2);
        assertThat(handled).containsExactly("a", "c");
        handleShare(consumer, orders, KafkaSettlement.of(consumer), Set.of(), handled, 3);
        assertThat(handled).containsExactly("a", "c", "released");

        send(producer, topic, "rejected", "e");
        handleShare(
                consumer, orders, KafkaSettlement.of(consumer, AcknowledgeType.REJECT), Set.of("rejected"), handled, 4);
        send(producer, topic, "f");
        handleShare(consumer, orders, KafkaSettlement.of(consumer), Set.of(), handled, 5);
        assertThat(handled).containsExactly("a", "c", "released", "e", "f");

        List<String> batches = named(otel.spans(), "process " + topic).stream()
                .map(SpanData::getSpanId)
                .toList();
        assertThat(named(otel.spans(), "commit"))
                .isNotEmpty()
                .extracting(SpanData::getParentSpanId)
                .containsExactlyElementsOf(batches);
    }

    /** Polls, handles and settles until so many are handled. */
    private static void handleShare(
            ShareConsumer<String, String> consumer,
            BatchProcessor<ConsumerRecord<String, String>> orders,
            KafkaSettlement<String, String> settlement,
            Set<String> bad,
            List<String> handled,
            int count) {
        KafkaPolls.until(
                () -> {
                    orders.process(
                                    consumer.poll(Duration.ofMillis(100)),
                                    batch -> batch.forEach(record -> {
                                        if (bad.contains(record.value())) {
                                            throw new IllegalStateException("bad");
                                        }
                                        handled.add(record.value());
                                    }))
                            .settle(settlement::settle);
                    return handled.size() >= count;
                },
                () -> count + " records handled; there were " + handled);
    }
}
