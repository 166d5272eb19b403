package dev.linkspan.kafka;

import dev.linkspan.propagation.AttributeSink;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reads records that are to be sent. */
final class KafkaProducerRecordAdapter<K, V> extends KafkaAdapter<ProducerRecord<K, V>> {

    @Override
    public @Nullable Headers headers(ProducerRecord<K, V> record) {
        return record.headers();
    }

    @Override
    public @Nullable String destination(ProducerRecord<K, V> record) {
        return record.topic();
    }

    @Override
    public @Nullable String partition(ProducerRecord<K, V> record) {
        Integer partition = record.partition();
        return partition == null ? null : partition.toString();
    }

    @Override
    public void attributes(ProducerRecord<K, V> record, AttributeSink sink) {
        sink.putKey(KafkaAttributes.MESSAGE_KEY, KafkaKeys.text(record.key()));
        if (record.value() == null) {
            sink.put(KafkaAttributes.TOMBSTONE, true);
        }
    }
}
