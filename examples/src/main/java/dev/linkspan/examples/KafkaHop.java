package dev.linkspan.examples;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Parcels over Kafka: a loop polls, and each record is processed inside a span. */
final class KafkaHop implements Hop {

    private final KafkaTelemetry kafka;
    private final Map<String, Object> config;
    private final Producer<String, String> producer;
    private final Thread loop;
    private volatile Consumer<String> handler = parcel -> {};
    private volatile boolean closed;

    KafkaHop(OpenTelemetry openTelemetry, String bootstrapServers) {
        kafka = KafkaTelemetry.builder(openTelemetry)
                .policy(p -> p.receiveSpans(false))
                .build();
        config = Map.of(
                "bootstrap.servers", bootstrapServers,
                "group.id", "depot",
                "auto.offset.reset", "earliest");
        try (Admin admin = Admin.create(config)) {
            admin.createTopics(List.of(new NewTopic("parcels", 1, (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("the demo's topic could not be made", e);
        }
        producer = kafka.wrap(new KafkaProducer<>(config, new StringSerializer(), new StringSerializer()));
        loop = new Thread(this::poll, "depot");
    }

    @Override
    public void send(String parcel) {
        producer.send(new ProducerRecord<>("parcels", parcel));
        producer.flush();
    }

    @Override
    public void onArrival(Consumer<String> arrival) {
        handler = arrival;
        loop.start();
    }

    private void poll() {
        try (org.apache.kafka.clients.consumer.Consumer<String, String> consumer =
                kafka.wrap(new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer()))) {
            MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
            consumer.subscribe(List.of("parcels"));
            while (!closed) {
                for (ConsumerRecord<String, String> parcel : consumer.poll(Duration.ofMillis(100))) {
                    records.process(parcel, p -> handler.accept(p.value()));
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            loop.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
