package dev.linkspan.examples;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A service as one would write it: it is handed its clients and wraps them. */
public final class Shop {

    private final Producer<String, String> producer;
    private final Consumer<String, String> consumer;
    private final MessageTracer<ConsumerRecord<String, String>> records;
    private final List<String> packed = new ArrayList<>();

    /** Wraps the clients; they remain the caller's to close. */
    public Shop(OpenTelemetry openTelemetry, Producer<String, String> producer, Consumer<String, String> consumer) {
        KafkaTelemetry kafka = KafkaTelemetry.create(openTelemetry);
        this.producer = kafka.wrap(producer);
        this.consumer = kafka.wrap(consumer);
        this.records = kafka.records(this.consumer);
    }

    /** Sends an order. */
    public void place(String item) {
        producer.send(new ProducerRecord<>("orders", item));
    }

    /** Handles what one poll brings. */
    public void handleOrders() {
        for (ConsumerRecord<String, String> order : consumer.poll(Duration.ofSeconds(1))) {
            records.process(order, o -> packed.add(o.value()));
        }
    }

    /** What was handled so far. */
    public List<String> packed() {
        return List.copyOf(packed);
    }
}
