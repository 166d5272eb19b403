package dev.linkspan.examples;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The README's first snippet. */
public final class KafkaQuickstart {

    private final KafkaTelemetry kafka;

    /** Make one {@code KafkaTelemetry} per application. */
    public KafkaQuickstart(OpenTelemetry openTelemetry) {
        this.kafka = KafkaTelemetry.create(openTelemetry);
    }

    /** Sends one order and waits until the broker has it. */
    public void send(Map<String, Object> producerConfig) {
        try (Producer<String, String> producer = kafka.wrap(new KafkaProducer<>(producerConfig))) {
            producer.send(new ProducerRecord<>("orders", "o-17", "two chairs"));
        }
    }

    /** Handles orders for as long as asked to. */
    public void consume(Map<String, Object> consumerConfig, BooleanSupplier running, Consumer<String> handler) {
        try (org.apache.kafka.clients.consumer.Consumer<String, String> consumer =
                kafka.wrap(new KafkaConsumer<>(consumerConfig))) {
            MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
            consumer.subscribe(List.of("orders"));
            while (running.getAsBoolean()) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    records.process(record, order -> handler.accept(order.value()));
                }
                consumer.commitSync();
            }
        }
    }
}
