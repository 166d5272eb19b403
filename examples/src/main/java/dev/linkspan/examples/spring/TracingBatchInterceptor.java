package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.springframework.kafka.listener.BatchInterceptor;

/**
 * One process span around each call of a batch listener, with a bounded number of links to the producers. One object
 * serves any number of containers and threads.
 *
 * <p>The span lasts as long as the listener. It stays current until the container is done with the batch, so that dead
 * letters and commits belong to its trace.
 */
public final class TracingBatchInterceptor<K, V> implements BatchInterceptor<K, V> {

    private final ListenerSpans<K, V> spans;

    /** @param kafka what the container's consumers are wrapped with */
    public TracingBatchInterceptor(KafkaTelemetry kafka) {
        this.spans = new ListenerSpans<>(kafka);
    }

    @Override
    public ConsumerRecords<K, V> intercept(ConsumerRecords<K, V> batch, Consumer<K, V> consumer) {
        spans.begin(consumer, records -> records.startBatch(batch));
        return batch;
    }

    @Override
    public void success(ConsumerRecords<K, V> records, Consumer<K, V> consumer) {
        spans.end(null);
    }

    /** Before the error handler, which may wait, and call the listener again. */
    @Override
    public void failure(ConsumerRecords<K, V> records, Exception exception, Consumer<K, V> consumer) {
        spans.end(exception);
    }

    /** After each round of the container: nothing else is called when a batch is over. */
    @Override
    public void clearThreadState(Consumer<?, ?> consumer) {
        spans.leave();
    }
}
