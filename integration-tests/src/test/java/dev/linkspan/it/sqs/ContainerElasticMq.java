package dev.linkspan.it.sqs;

import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.it.ContainerBroker;
import dev.linkspan.it.Containers;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;

/** ElasticMQ's own image in a container. */
final class ContainerElasticMq extends ContainerBroker implements SqsServer {

    private static final int PORT = 9324;
    private static final String CONFIGURATION = "/opt/elasticmq.conf";

    ContainerElasticMq(Map<String, String> settings) {
        super("sqs", container(settings), PORT, ElasticMqBroker.READY, ElasticMqBroker.VERSION);
    }

    private static GenericContainer<?> container(Map<String, String> settings) {
        String configuration = ElasticMqBroker.configuration("0.0.0.0", PORT, "/tmp", settings);
        return new GenericContainer<>(Containers.ELASTICMQ)
                .withCopyToContainer(Transferable.of(configuration), CONFIGURATION);
    }
}
