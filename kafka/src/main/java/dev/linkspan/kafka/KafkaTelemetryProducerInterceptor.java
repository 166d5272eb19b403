package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Carries trace context where the producer cannot be wrapped because a framework hides it: set it as
 * {@code interceptor.classes}. Where it can, {@link KafkaTelemetry#wrap} is better: an interceptor is not told which answer
 * belongs to which record, so its send span ends when the record is handed over and never shows a failure.
 *
 * <p>Uses the {@link KafkaTelemetry} in the property {@value KafkaTelemetry#CONFIG_KEY}, else one over
 * {@code GlobalOpenTelemetry}, which is asked for with the first record. Does nothing for records that a wrapped producer
 * sends. Made and configured by the client; thread-safe as the client needs it.
 *
 * @param <K> the key type
 * @param <V> the value type
 */
public final class KafkaTelemetryProducerInterceptor<K, V> implements ProducerInterceptor<K, V> {

    private final KafkaInterceptorTelemetry configured = new KafkaInterceptorTelemetry();
    private volatile @Nullable MessageSender<ProducerRecord<K, V>, Headers> sender;
    private volatile int maxRequestSize;

    /** For the client, which makes interceptors by name. */
    public KafkaTelemetryProducerInterceptor() {
        KafkaWrappedCall.willBeAsked();
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
    }

    /** Returns a copy of the record with the context in its headers. */
    @Override
    public ProducerRecord<K, V> onSend(ProducerRecord<K, V> record) {
        if (record == null || KafkaWrappedCall.SEND.isActive()) {
            return record;
        }
        try {
            MessageSender<ProducerRecord<K, V>, Headers> sender = sender();
            try (MessageSpan span = sender.start(record)) {
                if (!sender.injects(span)) {
                    return record;
                }
                ProducerRecord<K, V> copy = KafkaTracedProducer.copyOf(record);
                long room = KafkaRecordSize.roomFor(record, maxRequestSize);
                return sender.inject(span, copy.headers(), room, Integer.MAX_VALUE) ? copy : record;
            }
        } catch (Throwable t) {
            configured.suppressed(t);
            return record;
        }
    }

    private MessageSender<ProducerRecord<K, V>, Headers> sender() {
        MessageSender<ProducerRecord<K, V>, Headers> known = sender;
        if (known == null) {
            KafkaClientFacts client = configured.client();
            maxRequestSize = client.maxRequestSize();
            known = configured.telemetry().messaging().sender(new KafkaProducerRecordAdapter<>(), client.ofProducer());
            sender = known;
        }
        return known;
    }

    /** Does nothing. */
    @Override
    public void onAcknowledgement(@Nullable RecordMetadata metadata, @Nullable Exception exception) {}

    /** Does nothing. */
    @Override
    public void close() {}
}
