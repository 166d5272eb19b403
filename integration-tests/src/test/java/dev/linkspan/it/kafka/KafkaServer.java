package dev.linkspan.it.kafka;

import dev.linkspan.it.Broker;
import dev.linkspan.it.BrokerMode;
import dev.linkspan.it.Brokers;
import java.util.Map;

/** A running Kafka broker: transactions, KIP-848 groups and share groups on, no topic made by use. */
interface KafkaServer extends Broker {

    Brokers<KafkaServer> BROKERS = new Brokers<>(
            "kafka", Map.of(BrokerMode.TESTCONTAINERS, ContainerKafka::new, BrokerMode.LOCAL, LocalKafka::new));

    /** Stays the same over a restart. */
    default String bootstrapServers() {
        return address();
    }
}
