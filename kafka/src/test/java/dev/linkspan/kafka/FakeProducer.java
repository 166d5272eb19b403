package dev.linkspan.kafka;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** A producer that keeps what it is given, closes the headers as the real one does, and answers when it is told to. */
class FakeProducer<K, V> extends MockProducer<K, V> {

    final List<Sent<K, V>> sent = new CopyOnWriteArrayList<>();
    private final Consumer<Sent<K, V>> onSend;

    FakeProducer(Consumer<Sent<K, V>> onSend) {
        this.onSend = onSend;
    }

    static <K, V> FakeProducer<K, V> silent() {
        return new FakeProducer<>(sent -> {});
    }

    /** Says yes at once, on the caller's thread, with partition 7. */
    static <K, V> FakeProducer<K, V> acknowledging() {
        return new FakeProducer<>(sent -> sent.acknowledge(7, 42));
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<K, V> record, Callback callback) {
        Sent<K, V> one = new Sent<>(record, callback, new CompletableFuture<>());
        sent.add(one);
        ((RecordHeaders) record.headers()).setReadOnly();
        onSend.accept(one);
        return one.future;
    }

    ProducerRecord<K, V> lastRecord() {
        return sent.get(sent.size() - 1).record;
    }

    record Sent<K, V>(ProducerRecord<K, V> record, Callback callback, CompletableFuture<RecordMetadata> future) {

        void acknowledge(int partition, long offset) {
            answer(metadata(partition, offset), null);
        }

        void fail(Exception exception) {
            answer(null, exception);
        }

        void answer(RecordMetadata metadata, Exception exception) {
            if (exception == null) {
                future.complete(metadata);
            } else {
                future.completeExceptionally(exception);
            }
            if (callback != null) {
                callback.onCompletion(metadata, exception);
            }
        }

        RecordMetadata metadata(int partition, long offset) {
            return new RecordMetadata(new TopicPartition(record.topic(), partition), offset, 0, 0L, 3, 5);
        }
    }
}
