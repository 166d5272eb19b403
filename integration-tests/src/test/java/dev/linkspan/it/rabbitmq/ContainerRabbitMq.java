package dev.linkspan.it.rabbitmq;

import dev.linkspan.brokers.RabbitMqBroker;
import dev.linkspan.it.ContainerBroker;
import dev.linkspan.it.Containers;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;

/** RabbitMQ's own image in a container. */
final class ContainerRabbitMq extends ContainerBroker implements RabbitMqServer {

    /** Read after the image's own settings. */
    private static final String CONFIGURATION = "/etc/rabbitmq/conf.d/90-tests.conf";

    ContainerRabbitMq(Map<String, String> settings) {
        super("rabbitmq", container(settings), 5672, RabbitMqBroker.READY, RabbitMqBroker.VERSION);
    }

    private static GenericContainer<?> container(Map<String, String> settings) {
        return new GenericContainer<>(Containers.RABBITMQ)
                .withCopyToContainer(Transferable.of(RabbitMqBroker.configuration(settings)), CONFIGURATION);
    }
}
