package dev.linkspan.kafka;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;

/**
 * The methods of a {@link ShareConsumer} that are traced; all others, acknowledgements among them, go straight to the
 * client. Like the client, for one thread at a time.
 */
final class KafkaTracedShareConsumer<K, V> {

    private final ShareConsumer<K, V> client;
    final MessagingTelemetry telemetry;
    final ClientFacts facts;
    final MessageTracer<ConsumerRecord<K, V>> tracer;

    KafkaTracedShareConsumer(ShareConsumer<K, V> client, MessagingTelemetry telemetry, ClientFacts facts) {
        this.client = client;
        this.telemetry = telemetry;
        this.facts = facts;
        this.tracer = telemetry.tracer(new KafkaConsumerRecordAdapter<>(), facts, false);
    }

    ConsumerRecords<K, V> poll(Duration timeout) {
        return KafkaPoll.poll(tracer, () -> client.poll(timeout));
    }

    Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
        return settle(client::commitSync);
    }

    Map<TopicIdPartition, Optional<KafkaException>> commitSync(Duration timeout) {
        return settle(() -> client.commitSync(timeout));
    }

    void commitAsync() {
        settle(() -> {
            client.commitAsync();
            return Map.of();
        });
    }

    private Map<TopicIdPartition, Optional<KafkaException>> settle(
            Supplier<Map<TopicIdPartition, Optional<KafkaException>>> commit) {
        try (MessageSpan span = tracer.startSettleAt("commit", null);
                Scope scope = span.makeCurrent()) {
            try {
                Map<TopicIdPartition, Optional<KafkaException>> result = commit.get();
                recordFirstError(result, span);
                return result;
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    /** A commit that fails for some partitions does not throw. */
    private void recordFirstError(Map<TopicIdPartition, Optional<KafkaException>> result, MessageSpan span) {
        try {
            for (Optional<KafkaException> error : result.values()) {
                if (error.isPresent()) {
                    span.error(error.get());
                    return;
                }
            }
        } catch (Throwable t) {
            telemetry.suppressed("kafka.commit", t);
        }
    }
}
