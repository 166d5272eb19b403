package dev.linkspan.kafka;

import dev.linkspan.propagation.BoundedMap;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link Producer} that are traced; all others go straight to the client. */
final class KafkaTracedProducer<K, V> {

    private final Producer<K, V> client;
    private final MessagingTelemetry telemetry;
    private final ClientFacts facts;
    private final MessageSender<ProducerRecord<K, V>, Headers> sender;
    private final int maxRequestSize;
    private final BoundedMap<String, MessageTracer<ConsumerRecord<K, V>>> settleByGroup = new BoundedMap<>();
    /** A record that is refused aborts a transaction, so it is of no use to send it again. */
    private volatile boolean transactional;

    KafkaTracedProducer(
            Producer<K, V> client,
            MessagingTelemetry telemetry,
            ClientFacts facts,
            int maxRequestSize,
            boolean transactional) {
        this.client = client;
        this.telemetry = telemetry;
        this.facts = facts;
        this.sender = telemetry.sender(new KafkaProducerRecordAdapter<>(), facts);
        this.maxRequestSize = maxRequestSize;
        this.transactional = transactional;
    }

    Future<RecordMetadata> send(ProducerRecord<K, V> record) {
        return send(record, null);
    }

    Future<RecordMetadata> send(ProducerRecord<K, V> record, @Nullable Callback callback) {
        if (record == null) {
            return client.send(record, callback);
        }
        MessageSpan span = sender.start(record);
        ProducerRecord<K, V> copy = copyWithContext(record, span);
        KafkaSendCallback answer = new KafkaSendCallback(span, callback, telemetry, copy != null && !transactional);
        try (Scope scope = span.makeCurrent();
                KafkaWrappedCall call = KafkaWrappedCall.SEND.begin()) {
            Future<RecordMetadata> future = client.send(copy == null ? record : copy, answer);
            if (answer.wasTooLarge()) {
                // our headers may be what was too much: the record goes again as the caller gave it
                sender.withdraw(span);
                future = client.send(record, answer);
            }
            return future;
        } catch (Throwable t) {
            answer.failed(t);
            throw t;
        }
    }

    /** A copy, because the caller's record may be sent again, also by another producer; null to send that record as it is. */
    private @Nullable ProducerRecord<K, V> copyWithContext(ProducerRecord<K, V> record, MessageSpan span) {
        if (!sender.injects(span)) {
            return null;
        }
        try {
            ProducerRecord<K, V> copy = copyOf(record);
            long room = KafkaRecordSize.roomFor(record, maxRequestSize);
            return sender.inject(span, copy.headers(), room, Integer.MAX_VALUE) ? copy : null;
        } catch (Throwable t) {
            sender.withdraw(span);
            telemetry.suppressed("kafka.copy", t);
            return null;
        }
    }

    static <K, V> ProducerRecord<K, V> copyOf(ProducerRecord<K, V> record) {
        return new ProducerRecord<>(
                record.topic(), record.partition(), record.timestamp(), record.key(), record.value(), record.headers());
    }

    void initTransactions() {
        transactional = true;
        client.initTransactions();
    }

    void beginTransaction() {
        transactional = true;
        client.beginTransaction();
    }

    void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        try (MessageSpan span = KafkaSettle.start(telemetry, settle(groupMetadata), offsets);
                Scope scope = span.makeCurrent()) {
            try {
                client.sendOffsetsToTransaction(offsets, groupMetadata);
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    private MessageTracer<ConsumerRecord<K, V>> settle(@Nullable ConsumerGroupMetadata groupMetadata) {
        String group = groupMetadata == null || groupMetadata.groupId() == null ? "" : groupMetadata.groupId();
        MessageTracer<ConsumerRecord<K, V>> known = settleByGroup.get(group);
        if (known != null) {
            return known;
        }
        ClientFacts client = group.isEmpty() ? facts : KafkaClientFacts.withGroup(facts, group);
        return settleByGroup.remember(group, telemetry.tracer(new KafkaConsumerRecordAdapter<>(), client, false));
    }
}
