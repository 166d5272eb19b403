package dev.linkspan.it.rabbitmq;

import dev.linkspan.it.ClientsExtension;

/** Hands a test one {@link RabbitMqClients} on the shared broker. */
public final class RabbitMqExtension extends ClientsExtension<RabbitMqClients> {

    public RabbitMqExtension() {
        super(RabbitMqClients.class, test -> new RabbitMqClients(RabbitMqServer.BROKERS.shared(), test));
    }
}
