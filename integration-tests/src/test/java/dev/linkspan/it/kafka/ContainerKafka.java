package dev.linkspan.it.kafka;

import static java.util.stream.Collectors.toMap;

import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.it.BrokerReport;
import dev.linkspan.it.Containers;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/** Apache Kafka's own image in a container. */
final class ContainerKafka implements KafkaServer {

    private static final int PORT = 9092;
    private static final String READY = ".*Kafka Server started.*";
    private static final Pattern VERSION = Pattern.compile("Kafka version: (\\S+)");
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final KafkaContainer container =
            new KafkaContainer(Containers.KAFKA).withEnv(environment()).waitingFor(Wait.forLogMessage(READY, 1));
    private final Path log = BrokerReport.log("kafka-" + STARTED.incrementAndGet());
    private int starts;

    private ContainerKafka() {}

    static ContainerKafka start() {
        ContainerKafka kafka = new ContainerKafka();
        Containers.start(kafka.container, PORT, kafka.log);
        kafka.starts++;
        return kafka;
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers();
    }

    @Override
    public String version() {
        Matcher version = VERSION.matcher(container.getLogs());
        if (!version.find()) {
            throw new IllegalStateException("the broker's log, " + log + ", does not say its version");
        }
        return version.group(1);
    }

    @Override
    public String where() {
        return "in a container of " + container.getDockerImageName();
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public void kill() {
        Containers.kill(container);
    }

    @Override
    public void restart() {
        starts++;
        Containers.restart(container, Wait.forLogMessage(READY, starts), log);
    }

    @Override
    public void close() {
        container.close();
    }

    /** The image makes the setting {@code a.b} of the variable {@code KAFKA_A_B}. */
    private static Map<String, String> environment() {
        return KafkaBroker.settingsForTests().entrySet().stream()
                .collect(toMap(
                        setting -> "KAFKA_" + setting.getKey().replace('.', '_').toUpperCase(Locale.ROOT),
                        Map.Entry::getValue));
    }
}
