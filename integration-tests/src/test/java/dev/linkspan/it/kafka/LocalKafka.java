package dev.linkspan.it.kafka;

import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.it.BrokerReport;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The production server in a child JVM. */
final class LocalKafka implements KafkaServer {

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final KafkaBroker broker;

    private LocalKafka(KafkaBroker broker) {
        this.broker = broker;
    }

    static LocalKafka start() {
        return new LocalKafka(KafkaBroker.start(Map.of(), BrokerReport.log("kafka-" + STARTED.incrementAndGet())));
    }

    @Override
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public String version() {
        return broker.version();
    }

    @Override
    public String where() {
        return "in a child JVM";
    }

    @Override
    public boolean isReal() {
        return true;
    }

    @Override
    public void kill() {
        broker.kill();
    }

    @Override
    public void restart() {
        broker.restart();
    }

    @Override
    public void close() {
        broker.close();
    }
}
