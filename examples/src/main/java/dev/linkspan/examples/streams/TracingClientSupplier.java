package dev.linkspan.examples.streams;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The clients of Kafka Streams, traced: the producer and the main consumer. The restore and the global consumer read state
 * back, which is nobody's message, and stay as they are.
 *
 * <p>With {@code group.protocol=streams} Streams makes its main consumer by itself and does not ask for it here.
 */
public final class TracingClientSupplier implements KafkaClientSupplier {

    private final KafkaTelemetry kafka;
    private final Map<String, MessageTracer<ConsumerRecord<Object, Object>>> tracers = new ConcurrentHashMap<>();

    /** Make one {@code KafkaTelemetry} per application. */
    public TracingClientSupplier(KafkaTelemetry kafka) {
        this.kafka = kafka;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        ByteArraySerializer bytes = new ByteArraySerializer();
        return kafka.wrap(new KafkaProducer<>(config, bytes, bytes), config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer = kafka.wrap(bare(config), config);
        tracers.put(String.valueOf(config.get(ConsumerConfig.CLIENT_ID_CONFIG)), records(consumer));
        return consumer;
    }

    /** Over records as a topology has them, whose keys and values went through its serdes. */
    @SuppressWarnings("unchecked") // a tracer takes keys and values of any type
    private MessageTracer<ConsumerRecord<Object, Object>> records(Consumer<?, ?> consumer) {
        return kafka.records((Consumer<Object, Object>) consumer);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return bare(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return bare(config);
    }

    /** The tracer over the records of the stream thread that calls this; null if its consumer was not made here. */
    @Nullable
    MessageTracer<ConsumerRecord<Object, Object>> records() {
        // so Streams names the main consumer of each of its threads
        return tracers.get(Thread.currentThread().getName() + "-consumer");
    }

    private static Consumer<byte[], byte[]> bare(Map<String, Object> config) {
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        return new KafkaConsumer<>(config, bytes, bytes);
    }
}
