package dev.linkspan.examples.streams;

import dev.linkspan.propagation.MessageTracer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * A process span for each record that passes this place of a topology, best right after its source:
 * {@code stream.processValues(TracedRecords.in(clients))}.
 *
 * <p>Streams calls what follows inside {@code forward}, down to the send of what comes out, so the span is around all of it;
 * but not around what a cache holds back, and what a punctuation does.
 */
public final class TracedRecords<K, V> extends ContextualFixedKeyProcessor<K, V, V> {

    private final TracingClientSupplier clients;

    private TracedRecords(TracingClientSupplier clients) {
        this.clients = clients;
    }

    /**
     * For {@code processValues}.
     *
     * @param clients what the {@code KafkaStreams} of this topology is made with
     */
    public static <K, V> FixedKeyProcessorSupplier<K, V, V> in(TracingClientSupplier clients) {
        return () -> new TracedRecords<>(clients);
    }

    @Override
    public void process(FixedKeyRecord<K, V> record) {
        MessageTracer<ConsumerRecord<Object, Object>> records = clients.records();
        // a record that a punctuation forwards comes from no topic
        RecordMetadata from = context().recordMetadata().orElse(null);
        if (records == null || from == null) {
            context().forward(record);
        } else {
            records.process(received(record, from), r -> context().forward(record));
        }
    }

    private ConsumerRecord<Object, Object> received(FixedKeyRecord<K, V> record, RecordMetadata from) {
        return new ConsumerRecord<>(
                from.topic(),
                from.partition(),
                from.offset(),
                record.timestamp(),
                TimestampType.NO_TIMESTAMP_TYPE,
                ConsumerRecord.NULL_SIZE,
                ConsumerRecord.NULL_SIZE,
                record.key(),
                record.value(),
                record.headers(),
                Optional.empty());
    }
}
