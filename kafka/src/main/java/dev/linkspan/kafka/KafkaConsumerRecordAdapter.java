package dev.linkspan.kafka;

import dev.linkspan.propagation.AttributeSink;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reads records that were received. */
final class KafkaConsumerRecordAdapter<K, V> extends KafkaAdapter<ConsumerRecord<K, V>> {

    /** {@code ConsumerRecord.deliveryCount()}, which kafka-clients 3.9 lacks. */
    private static final @Nullable MethodHandle DELIVERY_COUNT = deliveryCount();

    private static @Nullable MethodHandle deliveryCount() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(ConsumerRecord.class, "deliveryCount", MethodType.methodType(Optional.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    @Override
    public @Nullable Headers headers(ConsumerRecord<K, V> record) {
        return record.headers();
    }

    @Override
    public @Nullable String destination(ConsumerRecord<K, V> record) {
        return record.topic();
    }

    @Override
    public @Nullable String partition(ConsumerRecord<K, V> record) {
        return KafkaPartitions.text(record.partition());
    }

    @Override
    public int deliveryCount(ConsumerRecord<K, V> record) {
        if (DELIVERY_COUNT == null) {
            return 0;
        }
        try {
            Optional<?> count = (Optional<?>) DELIVERY_COUNT.invoke(record);
            return count.orElse(null) instanceof Number number ? number.intValue() : 0;
        } catch (Throwable t) {
            throw new IllegalStateException("ConsumerRecord.deliveryCount() failed", t);
        }
    }

    @Override
    public long bodySize(ConsumerRecord<K, V> record) {
        return record.serializedValueSize();
    }

    @Override
    public void attributes(ConsumerRecord<K, V> record, AttributeSink sink) {
        sink.put(KafkaAttributes.OFFSET, record.offset());
        sink.putOld(KafkaAttributes.OLD_OFFSET, record.offset());
        sink.putKey(KafkaAttributes.MESSAGE_KEY, KafkaKeys.text(record.key()));
        if (record.value() == null) {
            sink.put(KafkaAttributes.TOMBSTONE, true);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // whoever passes records of other types breaks the promise himself
    public Iterable<? extends ConsumerRecord<K, V>> elements(Iterable<? extends ConsumerRecord<K, V>> records) {
        return (Iterable<?>) records instanceof ConsumerRecords<?, ?> polled
                ? KafkaPolledRecords.of((ConsumerRecords<K, V>) polled)
                : records;
    }

    @Override
    public String receiveName() {
        return "poll";
    }
}
