package dev.linkspan.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/** A producer that answers at once and keeps nothing: what remains is the cost of whoever wraps it. */
final class StubProducer extends MockProducer<String, String> {

    private final RecordMetadata metadata = new RecordMetadata(new TopicPartition("orders", 3), 42, 0, 0, 3, 10);
    private final Future<RecordMetadata> done = CompletableFuture.completedFuture(metadata);

    @Override
    public Future<RecordMetadata> send(ProducerRecord<String, String> record) {
        return send(record, null);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the real one takes no lock of its own either
    public Future<RecordMetadata> send(ProducerRecord<String, String> record, Callback callback) {
        if (callback != null) {
            callback.onCompletion(metadata, null);
        }
        return done;
    }
}
