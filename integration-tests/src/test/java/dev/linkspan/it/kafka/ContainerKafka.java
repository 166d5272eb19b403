package dev.linkspan.it.kafka;

import static java.util.stream.Collectors.toMap;

import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.it.ContainerBroker;
import dev.linkspan.it.Containers;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.testcontainers.kafka.KafkaContainer;

/** Apache Kafka's own image in a container. */
final class ContainerKafka extends ContainerBroker implements KafkaServer {

    ContainerKafka(Map<String, String> settings) {
        super(
                "kafka",
                new KafkaContainer(Containers.KAFKA).withEnv(environment(settings)),
                9092,
                KafkaBroker.READY,
                KafkaBroker.VERSION);
    }

    /** The image makes the setting {@code a.b} of the variable {@code KAFKA_A_B}. */
    private static Map<String, String> environment(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(KafkaBroker.settingsForTests());
        all.putAll(settings);
        return all.entrySet().stream()
                .collect(toMap(
                        setting -> "KAFKA_" + setting.getKey().replace('.', '_').toUpperCase(Locale.ROOT),
                        Map.Entry::getValue));
    }
}
