package dev.linkspan.it.rabbitmq;

import dev.linkspan.it.Broker;
import dev.linkspan.it.BrokerMode;
import dev.linkspan.it.Brokers;
import java.util.Map;

/** A running RabbitMQ broker without plugins. */
interface RabbitMqServer extends Broker {

    Brokers<RabbitMqServer> BROKERS = new Brokers<>(
            "rabbitmq",
            Map.of(BrokerMode.TESTCONTAINERS, ContainerRabbitMq::new, BrokerMode.LOCAL, LocalRabbitMq::new));

    /** With user and password; stays the same over a restart. */
    default String uri() {
        return "amqp://guest:guest@" + address();
    }
}
