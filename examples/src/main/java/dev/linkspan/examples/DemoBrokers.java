package dev.linkspan.examples;

import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.brokers.LocalBroker;
import dev.linkspan.brokers.NatsBroker;
import dev.linkspan.brokers.RabbitMqBroker;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The brokers of the demo: Kafka and ElasticMQ, for SQS, come from Maven; the others take part where they are installed. */
final class DemoBrokers implements AutoCloseable {

    final KafkaBroker kafka;
    private final ElasticMqBroker elasticMq;
    private final @Nullable RabbitMqBroker rabbitMq;
    private final @Nullable NatsBroker nats;
    private final List<String> leftOut = new ArrayList<>();

    private DemoBrokers() {
        CompletableFuture<RabbitMqBroker> rabbitMqStarts = CompletableFuture.supplyAsync(RabbitMqBroker::start);
        CompletableFuture<NatsBroker> natsStarts = CompletableFuture.supplyAsync(NatsBroker::start);
        CompletableFuture<ElasticMqBroker> elasticMqStarts = CompletableFuture.supplyAsync(ElasticMqBroker::start);
        kafka = KafkaBroker.start();
        elasticMq = elasticMqStarts.join();
        rabbitMq = ifInstalled("RabbitMQ", rabbitMqStarts::join);
        nats = ifInstalled("NATS", natsStarts::join);
    }

    static DemoBrokers start() {
        return new DemoBrokers();
    }

    private <B extends LocalBroker> @Nullable B ifInstalled(String name, Supplier<B> broker) {
        try {
            return broker.get();
        } catch (CompletionException e) {
            leftOut.add(name + " (" + e.getCause().getMessage() + ")");
            return null;
        }
    }

    /** Which there are, and in one line which not, and why. */
    String report() {
        List<String> running = new ArrayList<>(
                List.of("Kafka at " + kafka.bootstrapServers(), "ElasticMQ, for SQS, at " + elasticMq.endpoint()));
        if (rabbitMq != null) {
            running.add("RabbitMQ at " + rabbitMq.uri());
        }
        if (nats != null) {
            running.add("NATS at " + nats.url());
        }
        return "Ready: " + String.join(", ", running) + "."
                + (leftOut.isEmpty() ? "" : "\nLeft out: " + String.join(", ", leftOut) + ".");
    }

    /** A leg on each broker that there is. */
    List<Hop> hops(OpenTelemetry openTelemetry) {
        List<Hop> hops = new ArrayList<>(List.of(
                new SqsHop(openTelemetry, URI.create(elasticMq.endpoint())),
                new KafkaHop(openTelemetry, kafka.bootstrapServers())));
        if (rabbitMq != null) {
            hops.add(new RabbitMqHop(openTelemetry, rabbitMq.uri()));
        }
        if (nats != null) {
            hops.add(new NatsHop(openTelemetry, nats.url()));
        }
        return hops;
    }

    @Override
    public void close() {
        if (nats != null) {
            nats.close();
        }
        if (rabbitMq != null) {
            rabbitMq.close();
        }
        elasticMq.close();
        kafka.close();
    }
}
