package dev.linkspan.examples;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The README's first snippet: sends an order, and handles orders for as long as asked to. */
public final class KafkaQuickstart {

    private final BooleanSupplier running;
    private final java.util.function.Consumer<String> handler;

    /** What to do with an order, and whether to go on. */
    public KafkaQuickstart(BooleanSupplier running, java.util.function.Consumer<String> handler) {
        this.running = running;
        this.handler = handler;
    }

    /** Returns when there is nothing more to do. */
    public void run(
            OpenTelemetry openTelemetry, Map<String, Object> producerConfig, Map<String, Object> consumerConfig) {
        KafkaTelemetry kafka = KafkaTelemetry.create(openTelemetry);

        Producer<String, String> producer = kafka.wrap(new KafkaProducer<>(producerConfig));
        producer.send(new ProducerRecord<>("orders", "o-17", "two chairs"));

        Consumer<String, String> consumer = kafka.wrap(new KafkaConsumer<>(consumerConfig));
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
        consumer.subscribe(List.of("orders"));
        while (running()) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                records.process(record, this::handle);
            }
            consumer.commitSync();
        }

        consumer.close();
        producer.close();
    }

    private boolean running() {
        return running.getAsBoolean();
    }

    private void handle(ConsumerRecord<String, String> order) {
        handler.accept(order.value());
    }
}
