package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** Clients that answer at once. */
final class KafkaStubs {

    private static final TopicPartition PARTITION = new TopicPartition(HandWritten.DESTINATION, 3);

    /** The stub's own. */
    static final String GROUP = "dummy.group.id";

    private KafkaStubs() {}

    static ConsumerRecord<String, String> record(int offset, Map<String, String> headers) {
        ConsumerRecord<String, String> record =
                new ConsumerRecord<>(PARTITION.topic(), PARTITION.partition(), offset, "customer", "chair");
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
        return record;
    }

    static final class Sending extends MockProducer<String, String> {

        private final RecordMetadata metadata = new RecordMetadata(PARTITION, 42, 0, 0, 3, 10);
        private final Future<RecordMetadata> done = CompletableFuture.completedFuture(metadata);
        ProducerRecord<String, String> last;

        @Override
        public Future<RecordMetadata> send(ProducerRecord<String, String> record) {
            return send(record, null);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the real one takes no lock of its own either
        public Future<RecordMetadata> send(ProducerRecord<String, String> record, Callback callback) {
            last = record;
            if (callback != null) {
                callback.onCompletion(metadata, null);
            }
            return done;
        }
    }

    static final class Polling extends MockConsumer<String, String> {

        private ConsumerRecords<String, String> arrived = ConsumerRecords.empty();

        Polling() {
            super("earliest");
        }

        void arrive(List<ConsumerRecord<String, String>> records) {
            arrived = new ConsumerRecords<>(Map.of(PARTITION, records), Map.of());
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the real one takes no lock of its own either
        public ConsumerRecords<String, String> poll(Duration timeout) {
            return arrived;
        }
    }
}
