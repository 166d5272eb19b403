package dev.linkspan.examples;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A shop that sends orders, and two services that handle them. */
final class OrderDemo {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaTelemetry kafka;
    private final Tracer tracer;
    private final String bootstrapServers;

    OrderDemo(OpenTelemetry openTelemetry, String bootstrapServers) {
        this.kafka = KafkaTelemetry.create(openTelemetry);
        this.tracer = openTelemetry.getTracer("shop");
        this.bootstrapServers = bootstrapServers;
    }

    void run() {
        createTopics();
        try (Producer<String, String> producer = kafka.wrap(new KafkaProducer<>(producerConfig()))) {
            checkout(producer, "ada", "chair", "table");
            checkout(producer, "grace", "lamp");
            checkout(producer, "linus", "penguin");

            handle("orders", "warehouse", 4, order -> inSpan("pack", SpanKind.INTERNAL, () -> {}));
            handle("orders", "billing", 4, order -> {
                try {
                    charge(order);
                } catch (IllegalStateException refused) {
                    Span.current().recordException(refused);
                    // all its headers go along: the old context is replaced, and the new send span links to it
                    producer.send(new ProducerRecord<>(
                            "orders.refused", null, null, order.key(), order.value(), order.headers()));
                    producer.flush();
                }
            });
            handle("orders.refused", "support", 1, order -> inSpan("call the customer", SpanKind.INTERNAL, () -> {}));
        }
    }

    /** Each rating is sent in a trace of its own; all of them are handled as one batch, and one of them fails. */
    void runBatch(int ratings) {
        try (Producer<String, String> producer = kafka.wrap(new KafkaProducer<>(producerConfig()))) {
            for (int i = 1; i <= ratings; i++) {
                String stars = i == 50 ? "six" : Integer.toString(i % 5 + 1);
                inSpan(
                        "POST /ratings",
                        SpanKind.SERVER,
                        () -> producer.send(new ProducerRecord<>("ratings", "customer", stars)));
            }
        }
        try (Consumer<String, String> consumer = kafka.wrap(new KafkaConsumer<>(consumerConfig("statistics")))) {
            BatchProcessor<ConsumerRecord<String, String>> batches = BatchProcessor.create(kafka.records(consumer));
            KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
            consumer.subscribe(List.of("ratings"));
            List<ConsumerRecord<String, String>> polled = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            // settled together, and so polled no further until then
            while (polled.size() < ratings && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(polled::add);
            }
            batches.process(
                    polled, batch -> batch.forEach(rating -> Integer.parseInt(rating.value())), settlement::settle);
        }
    }

    private void createTopics() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(
                            new NewTopic("orders", 1, (short) 1),
                            new NewTopic("orders.refused", 1, (short) 1),
                            new NewTopic("ratings", 1, (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("the demo's topics could not be made", e);
        }
    }

    private void checkout(Producer<String, String> producer, String customer, String... items) {
        inSpan("POST /checkout " + customer, SpanKind.SERVER, () -> {
            for (String item : items) {
                producer.send(new ProducerRecord<>("orders", customer, item));
            }
            producer.flush();
        });
    }

    private void charge(ConsumerRecord<String, String> order) {
        inSpan("charge", SpanKind.INTERNAL, () -> {
            if (order.value().equals("penguin")) {
                throw new IllegalStateException("we do not sell penguins");
            }
        });
    }

    private <X extends Exception> void handle(
            String topic, String group, int expected, MessageHandler<ConsumerRecord<String, String>, X> handler)
            throws X {
        try (Consumer<String, String> consumer = kafka.wrap(new KafkaConsumer<>(consumerConfig(group)))) {
            MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            int handled = 0;
            while (handled < expected && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    records.process(record, handler);
                    handled++;
                }
            }
            consumer.commitSync();
        }
    }

    private void inSpan(String name, SpanKind kind, Runnable work) {
        Span span = tracer.spanBuilder(name).setSpanKind(kind).startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
    }

    private Map<String, Object> producerConfig() {
        return Map.of(
                "bootstrap.servers", bootstrapServers,
                "key.serializer", StringSerializer.class,
                "value.serializer", StringSerializer.class);
    }

    private Map<String, Object> consumerConfig(String group) {
        return Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "key.deserializer",
                StringDeserializer.class,
                "value.deserializer",
                StringDeserializer.class);
    }
}
