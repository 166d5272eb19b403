package dev.linkspan.examples;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/** The README's batch: many orders, one span linked to all their producers, and only what was handled is committed. */
public final class KafkaBatches {

    private final BooleanSupplier running;
    private final java.util.function.Consumer<ConsumerRecord<String, String>> handler;

    /** What to do with an order, and whether to go on. An order whose handler throws comes again with a later poll. */
    public KafkaBatches(BooleanSupplier running, java.util.function.Consumer<ConsumerRecord<String, String>> handler) {
        this.running = running;
        this.handler = handler;
    }

    /** Returns when there is nothing more to do; the consumer remains the caller's to close. */
    public void run(KafkaTelemetry kafka, Consumer<String, String> bare) {
        Consumer<String, String> consumer = kafka.wrap(bare);
        BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
        KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
        while (running()) {
            // commits each partition up to its first failure, and seeks back to that
            orders.process(
                    consumer.poll(Duration.ofSeconds(1)), batch -> batch.forEach(this::handle), settlement::settle);
        }
    }

    /** Handles the records of one poll at the same time; an order whose stage fails comes again. */
    public void runAsync(
            KafkaTelemetry kafka,
            Consumer<String, String> bare,
            Function<ConsumerRecord<String, String>, CompletableFuture<Void>> handleLater) {
        Consumer<String, String> consumer = kafka.wrap(bare);
        BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
        KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
        while (running()) {
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(1));
            orders.processAsync(
                            records,
                            batch -> CompletableFuture.allOf(batch.messages().stream()
                                    .map(order -> handleLater.apply(order).exceptionally(error -> {
                                        batch.fail(order, error);
                                        return null;
                                    }))
                                    .toArray(CompletableFuture[]::new)))
                    .join()
                    .settle(settlement::settle);
        }
    }

    private boolean running() {
        return running.getAsBoolean();
    }

    private void handle(ConsumerRecord<String, String> order) {
        handler.accept(order);
    }
}
