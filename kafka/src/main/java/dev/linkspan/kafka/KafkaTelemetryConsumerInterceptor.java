package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageTracer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Makes receive spans where the consumer cannot be wrapped because a framework hides it: set it as
 * {@code interceptor.classes}. Where it can, {@link KafkaTelemetry#wrap} is better: an interceptor does not see how long the
 * poll took, nor commits that fail.
 *
 * <p>Uses the {@link KafkaTelemetry} in the property {@value KafkaTelemetry#CONFIG_KEY}, else one over
 * {@code GlobalOpenTelemetry}, which is asked for with the first record. Does nothing for polls of a wrapped consumer. The
 * records are returned as they came. Made and configured by the client; used by one thread at a time.
 *
 * @param <K> the key type
 * @param <V> the value type
 */
public final class KafkaTelemetryConsumerInterceptor<K, V> implements ConsumerInterceptor<K, V> {

    /** How many consumers of an id have their deliveries counted here, so that {@code process} does not count them again. */
    private static final ConcurrentHashMap<String, Integer> COUNTED_CLIENTS = new ConcurrentHashMap<>();

    private final KafkaInterceptorTelemetry configured = new KafkaInterceptorTelemetry();
    private @Nullable MessageTracer<ConsumerRecord<K, V>> tracer;
    private @Nullable String clientId;

    /** For the client, which makes interceptors by name. */
    public KafkaTelemetryConsumerInterceptor() {
        KafkaWrappedCall.willBeAsked();
    }

    static boolean counts(@Nullable String clientId) {
        return clientId != null && COUNTED_CLIENTS.containsKey(clientId);
    }

    /**
     * Called by the client.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the property holds something else than a
     *     {@link KafkaTelemetry}
     */
    @Override
    public void configure(Map<String, ?> config) {
        configured.configure(config);
        if (config.get("client.id") instanceof String id && !id.isEmpty()) {
            clientId = id;
            COUNTED_CLIENTS.merge(id, 1, Integer::sum);
        }
    }

    /** Makes the receive span. */
    @Override
    public ConsumerRecords<K, V> onConsume(ConsumerRecords<K, V> records) {
        if (records == null || records.isEmpty() || KafkaWrappedCall.POLL.isActive()) {
            return records;
        }
        try {
            MessageTracer<ConsumerRecord<K, V>> known = tracer;
            if (known == null) {
                known = configured.telemetry().records(configured.client().ofConsumer(), false);
                tracer = known;
            }
            known.received(records, System.nanoTime());
        } catch (Throwable t) {
            configured.suppressed(t);
        }
        return records;
    }

    /** Does nothing: the client tells of a commit only when it is done. */
    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    /** Called by the client. */
    @Override
    public void close() {
        if (clientId != null) {
            COUNTED_CLIENTS.computeIfPresent(clientId, (id, consumers) -> consumers == 1 ? null : consumers - 1);
            clientId = null;
        }
    }
}
