package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageTracer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** A poll, traced after the fact. */
final class KafkaPoll {

    private static final @Nullable MethodHandle POLL_BY_MILLIS = pollByMillis();

    private KafkaPoll() {}

    /** Returns the client's own {@code ConsumerRecords}: a rebuilt one loses its next offsets. */
    static <K, V> ConsumerRecords<K, V> poll(
            MessageTracer<ConsumerRecord<K, V>> tracer, Supplier<ConsumerRecords<K, V>> poll) {
        long startNanos = System.nanoTime();
        ConsumerRecords<K, V> records;
        try (KafkaWrappedCall call = KafkaWrappedCall.POLL.begin()) {
            records = poll.get();
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (Throwable t) {
            tracer.receiveFailed(t, startNanos);
            throw t;
        }
        if (records != null && !records.isEmpty()) {
            tracer.received(records, startNanos);
        }
        return records;
    }

    @SuppressWarnings("unchecked") // it is the client's own return type
    static <K, V> ConsumerRecords<K, V> byMillis(Consumer<K, V> client, long timeoutMillis) {
        if (POLL_BY_MILLIS == null) {
            throw new UnsupportedOperationException("poll(long) is gone since kafka-clients 4.0; use poll(Duration)");
        }
        try {
            return (ConsumerRecords<K, V>) POLL_BY_MILLIS.invoke(client, timeoutMillis);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException("poll(long) declares no checked exception, but threw one", t);
        }
    }

    private static @Nullable MethodHandle pollByMillis() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Consumer.class, "poll", MethodType.methodType(ConsumerRecords.class, long.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }
}
