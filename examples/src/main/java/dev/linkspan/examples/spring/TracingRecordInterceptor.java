package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.listener.RecordInterceptor;

/**
 * A process span around each call of a record listener: every attempt has its own. One object serves any number of
 * containers and threads.
 *
 * <p>The span lasts as long as the listener. It stays current until the container is done with the record, so that a dead
 * letter which the error handler sends, and offsets that go to a transaction, belong to its trace.
 */
public final class TracingRecordInterceptor<K, V> implements RecordInterceptor<K, V> {

    private final ListenerSpans<K, V> spans;

    /** @param kafka what the container's consumers are wrapped with */
    public TracingRecordInterceptor(KafkaTelemetry kafka) {
        this.spans = new ListenerSpans<>(kafka);
    }

    @Override
    public ConsumerRecord<K, V> intercept(ConsumerRecord<K, V> record, Consumer<K, V> consumer) {
        spans.begin(consumer, records -> records.start(record));
        return record;
    }

    @Override
    public void success(ConsumerRecord<K, V> record, Consumer<K, V> consumer) {
        spans.end(null);
    }

    /** Before the error handler, which may wait for the next attempt. */
    @Override
    public void failure(ConsumerRecord<K, V> record, Exception exception, Consumer<K, V> consumer) {
        spans.end(exception);
    }

    @Override
    public void afterRecord(ConsumerRecord<K, V> record, Consumer<K, V> consumer) {
        spans.leave();
    }

    /** After each round of the container, also where an {@code Error} left out the calls above. */
    @Override
    public void clearThreadState(Consumer<?, ?> consumer) {
        spans.leave();
    }
}
