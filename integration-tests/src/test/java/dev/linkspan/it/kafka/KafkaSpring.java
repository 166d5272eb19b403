package dev.linkspan.it.kafka;

import dev.linkspan.examples.spring.TracedSpringKafka;
import dev.linkspan.kafka.KafkaTelemetry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.GenericMessageListener;

/** Templates and containers on the shared broker, made as the examples make them; all are stopped after the test. */
final class KafkaSpring {

    /** For a container to join its group, and to listen, on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long STOP_WITHIN_MILLIS = 10_000;

    private final KafkaClients kafka;
    private final TracedSpringKafka spring;

    KafkaSpring(KafkaTelemetry telemetry, KafkaClients kafka) {
        this.kafka = kafka;
        this.spring = new TracedSpringKafka(telemetry);
    }

    KafkaTemplate<String, String> template() {
        return new KafkaTemplate<>(producers(Map.of()));
    }

    DefaultKafkaProducerFactory<String, String> transactionalProducers() {
        return producers(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, kafka.uniqueName()));
    }

    private DefaultKafkaProducerFactory<String, String> producers(Map<String, ?> settings) {
        Map<String, Object> all = kafka.producerSettings(settings);
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        DefaultKafkaProducerFactory<String, String> producers = spring.producerFactory(all);
        kafka.onClose(producers::destroy);
        return producers;
    }

    /** A container in a group of its own, to be started by the test. */
    ConcurrentMessageListenerContainer<String, String> container(String topic, GenericMessageListener<?> listener) {
        Map<String, Object> settings = new HashMap<>(kafka.consumerSettings(kafka.uniqueName(), Map.of()));
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        ConcurrentMessageListenerContainer<String, String> container = spring.containerFactory(
                        spring.<String, String>consumerFactory(settings))
                .createContainer(topic);
        ContainerProperties properties = container.getContainerProperties();
        properties.setMessageListener(listener);
        properties.setShutdownTimeout(STOP_WITHIN_MILLIS);
        properties.setPollTimeout(Duration.ofMillis(200).toMillis());
        kafka.onClose(container::stop);
        return container;
    }
}
