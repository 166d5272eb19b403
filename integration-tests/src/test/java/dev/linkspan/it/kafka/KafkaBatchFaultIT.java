package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import dev.linkspan.faults.RecordedCalls;
import dev.linkspan.kafka.KafkaSettlement;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches of ten, in which the eighth fails when it comes for the first time. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaBatchFaultIT {

    private static final int RECORDS = 1_000;
    private static final int BATCH = 10;
    private static final int BAD = 7;

    @Test
    void f23_failed_record_of_a_batch_is_not_committed_and_costs_the_others_nothing(KafkaClients kafka) {
        List<Boolean> same = new ArrayList<>();
        FaultResult result = Fault.of("F23", "1 of 10 fails")
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> batches(run, kafka, same));

        // each failed one again, and the two after it
        assertThat(result.bare().handledCount()).isEqualTo(RECORDS + RECORDS / BATCH * (BATCH - BAD));
        assertThat(same).hasSize(RECORDS / BATCH).containsOnly(true);
        List<SpanData> spans = result.linkspan().spans().named("process");
        assertThat(spans).hasSize(2 * RECORDS / BATCH);
        assertThat(spans.stream().flatMap(span -> span.getEvents().stream())).hasSize(RECORDS / BATCH);
        result.figure("%d batches: 1 failure each, the same exception; 9 succeeded", RECORDS / BATCH);
    }

    private static void batches(Fault.Run run, KafkaClients kafka, List<Boolean> same) throws Throwable {
        String topic = kafka.topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        Producer<String, String> producer = run.kafka().wrap(kafka.producer(), Map.of());
        for (int i = 0; i < RECORDS; i++) {
            ProducerRecord<String, String> record = new ProducerRecord<>(topic, Integer.toString(i), "value");
            run.kafka().send(producer, record, (metadata, failure) -> {});
        }
        producer.flush();
        Consumer<String, String> bare =
                kafka.consumer(kafka.uniqueName(), Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH));
        Consumer<String, String> consumer =
                run.kafka().wrap(RecordedCalls.of(Consumer.class, bare, run.seen(), KafkaFaults::isTold, topic));
        consumer.assign(List.of(partition));
        Batches batches = new Batches(run, consumer, same);
        for (int next = 0; next < RECORDS; ) {
            // up to the end of its ten, so that batches are the same in each run
            int end = next - next % BATCH + BATCH;
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            KafkaPolls.until(
                    () -> {
                        consumer.poll(java.time.Duration.ofMillis(100)).forEach(records::add);
                        return !records.isEmpty();
                    },
                    () -> "records");
            records.removeIf(record -> record.offset() >= end);
            consumer.seek(partition, records.get(records.size() - 1).offset() + 1);
            batches.handle(records);
            next = (int) consumer.committed(Set.of(partition)).get(partition).offset();
        }
    }

    private static final class Batches {
        final Fault.Run run;
        final BatchProcessor<ConsumerRecord<String, String>> processor;
        final KafkaSettlement<String, String> settlement;
        final List<Boolean> same;
        final Map<Integer, IllegalStateException> thrown = new HashMap<>();

        Batches(Fault.Run run, Consumer<String, String> consumer, List<Boolean> same) {
            this.run = run;
            this.processor = BatchProcessor.create(run.kafka().telemetry().records(consumer));
            this.settlement = KafkaSettlement.of(consumer);
            this.same = same;
        }

        void handle(List<ConsumerRecord<String, String>> records) throws Throwable {
            switch (run.kafka().wrapping()) {
                case LINKSPAN -> {
                    BatchResult<ConsumerRecord<String, String>> result =
                            processor.process(records, batch -> batch.<Throwable>forEach(this::handleOne));
                    for (ConsumerRecord<String, String> failed : result.failed()) {
                        int id = KafkaApplication.id(failed.key());
                        same.add(result.error(failed) == thrown.get(id));
                        run.seen().arrived("process " + id, result.error(failed));
                    }
                    result.settle(settlement::settle);
                }
                case NAIVE ->
                    settle(
                            records,
                            each(records, record -> run.kafka().naiveBatch(List.of(record), () -> handleOne(record))));
                case NONE -> settle(records, each(records, this::handleOne));
            }
        }

        void settle(List<ConsumerRecord<String, String>> records, Set<ConsumerRecord<String, String>> failed) {
            settlement.settle(records, record -> !failed.contains(record));
        }

        Set<ConsumerRecord<String, String>> each(
                List<ConsumerRecord<String, String>> records,
                dev.linkspan.propagation.MessageHandler<ConsumerRecord<String, String>, Throwable> handler) {
            Set<ConsumerRecord<String, String>> failed = new java.util.HashSet<>();
            for (ConsumerRecord<String, String> record : records) {
                try {
                    handler.handle(record);
                } catch (Throwable t) {
                    failed.add(record);
                    run.seen().arrived("process " + KafkaApplication.id(record.key()), t);
                }
            }
            return failed;
        }

        void handleOne(ConsumerRecord<String, String> record) throws Throwable {
            int id = KafkaApplication.id(record.key());
            run.seen().handle(id, () -> {
                if (id % BATCH == BAD && !thrown.containsKey(id)) {
                    IllegalStateException failure = new IllegalStateException("no " + id);
                    thrown.put(id, failure);
                    throw failure;
                }
            });
        }
    }
}
