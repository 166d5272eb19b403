package dev.linkspan.it.nats;

import dev.linkspan.brokers.NatsBroker;
import dev.linkspan.it.ContainerBroker;
import dev.linkspan.it.Containers;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;

/** NATS's own image in a container. */
final class ContainerNats extends ContainerBroker implements NatsServer {

    private static final String CONFIGURATION = "/nats-tests.conf";

    ContainerNats(Map<String, String> settings) {
        super("nats", container(settings), 4222, NatsBroker.READY, NatsBroker.VERSION);
    }

    private static GenericContainer<?> container(Map<String, String> settings) {
        return new GenericContainer<>(Containers.NATS)
                .withCopyToContainer(Transferable.of(NatsBroker.configuration(settings)), CONFIGURATION)
                .withCommand("--config", CONFIGURATION, "-js");
    }
}
