package dev.linkspan.examples.spring;

import dev.linkspan.kafka.KafkaTelemetry;
import java.util.Map;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/** Spring Kafka without Boot: make your factories like these. */
public final class TracedSpringKafka {

    private final KafkaTelemetry kafka;

    /** Make one {@code KafkaTelemetry} per application. */
    public TracedSpringKafka(KafkaTelemetry kafka) {
        this.kafka = kafka;
    }

    /** For a {@code KafkaTemplate} or a {@code KafkaTransactionManager}; every producer is traced, transactional or not. */
    public <K, V> DefaultKafkaProducerFactory<K, V> producerFactory(Map<String, Object> producerConfig) {
        DefaultKafkaProducerFactory<K, V> producers = new DefaultKafkaProducerFactory<>(producerConfig);
        producers.addPostProcessor(producer -> kafka.wrap(producer, producerConfig));
        return producers;
    }

    /** For containers; every consumer is traced. */
    public <K, V> DefaultKafkaConsumerFactory<K, V> consumerFactory(Map<String, Object> consumerConfig) {
        DefaultKafkaConsumerFactory<K, V> consumers = new DefaultKafkaConsumerFactory<>(consumerConfig);
        consumers.addPostProcessor(consumer -> kafka.wrap(consumer, consumerConfig));
        return consumers;
    }

    /** For {@code @KafkaListener}; a record listener uses the one interceptor, a batch listener the other. */
    public <K, V> ConcurrentKafkaListenerContainerFactory<K, V> containerFactory(ConsumerFactory<K, V> consumers) {
        ConcurrentKafkaListenerContainerFactory<K, V> containers = new ConcurrentKafkaListenerContainerFactory<>();
        containers.setConsumerFactory(consumers);
        containers.setRecordInterceptor(new TracingRecordInterceptor<>(kafka));
        containers.setBatchInterceptor(new TracingBatchInterceptor<>(kafka));
        return containers;
    }
}
