package dev.linkspan.kafka;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * What a poll brought, in the order of {@link ConsumerRecords#iterator()} but without it: other instrumentation hooks that
 * to trace the application's loop, and would take our look at the records for it.
 */
final class KafkaPolledRecords<K, V> implements Iterator<ConsumerRecord<K, V>> {

    private final ConsumerRecords<K, V> records;
    private final Iterator<TopicPartition> partitions;
    private List<ConsumerRecord<K, V>> partition = List.of();
    private int next;

    private KafkaPolledRecords(ConsumerRecords<K, V> records) {
        this.records = records;
        this.partitions = records.partitions().iterator();
    }

    static <K, V> Iterable<ConsumerRecord<K, V>> of(ConsumerRecords<K, V> records) {
        return () -> new KafkaPolledRecords<>(records);
    }

    @Override
    public boolean hasNext() {
        while (next == partition.size() && partitions.hasNext()) {
            partition = records.records(partitions.next());
            next = 0;
        }
        return next < partition.size();
    }

    @Override
    public ConsumerRecord<K, V> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return partition.get(next++);
    }
}
