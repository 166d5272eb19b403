package dev.linkspan.it.kafka;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.it.Work;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A process that handles batches, to be killed in the middle of one. */
final class KafkaBatchWorker {

    private final Work work;

    private KafkaBatchWorker(Work work) {
        this.work = work;
    }

    /** Servers, topic, group, and how many records there are for a share group to handle (0 for a consumer group). */
    public static void main(String[] args) throws Exception {
        Work work = new Work(args);
        KafkaBatchWorker worker = new KafkaBatchWorker(work);
        int shared = Integer.parseInt(args[Work.OWN + 3]);
        if (shared > 0) {
            worker.share(args[Work.OWN], args[Work.OWN + 1], args[Work.OWN + 2], shared);
        } else {
            worker.consume(args[Work.OWN], args[Work.OWN + 1], args[Work.OWN + 2]);
        }
        work.done();
    }

    private void share(String servers, String topic, String group, int count) throws Exception {
        Map<String, Object> settings = KafkaClientSettings.shareConsumer(servers);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20);
        KafkaTelemetry kafka = KafkaTelemetry.create(Work.telemetry());
        try (ShareConsumer<String, String> consumer =
                kafka.wrap(new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer()))) {
            BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
            KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
            consumer.subscribe(List.of(topic));
            do {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                orders.process(records, batch -> batch.forEach(this::handle)).settle(settlement::settle);
            } while (work.handled() < count);
        }
    }

    private void consume(String servers, String topic, String group) throws Exception {
        Map<String, Object> settings = KafkaClientSettings.consumer(servers, true);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // a static member takes the place of the one that was killed, without waiting for its session to end
        settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "worker");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20);
        KafkaTelemetry kafka = KafkaTelemetry.create(Work.telemetry());
        try (Consumer<String, String> consumer =
                kafka.wrap(new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer()))) {
            BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
            KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
            consumer.subscribe(List.of(topic));
            while (!isAtTheEnd(consumer)) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                orders.process(records, batch -> batch.forEach(this::handle)).settle(settlement::settle);
            }
        }
    }

    private static boolean isAtTheEnd(Consumer<?, ?> consumer) {
        Set<TopicPartition> partitions = consumer.assignment();
        return !partitions.isEmpty()
                && consumer.endOffsets(partitions).entrySet().stream()
                        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void handle(ConsumerRecord<String, String> record) throws IOException, InterruptedException {
        work.handle(record.partition() + ":" + record.offset(), record.value());
    }
}
