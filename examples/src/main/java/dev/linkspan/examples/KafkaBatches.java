package dev.linkspan.examples;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageHandler;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The README's batch: many orders, one span linked to all their producers, and only what was handled is committed. */
public final class KafkaBatches {

    private final Consumer<String, String> consumer;
    private final BatchProcessor<ConsumerRecord<String, String>> orders;
    private final KafkaSettlement<String, String> settlement;

    /** Wraps the consumer; it remains the caller's to close. */
    public KafkaBatches(OpenTelemetry openTelemetry, Consumer<String, String> consumer) {
        KafkaTelemetry kafka = KafkaTelemetry.create(openTelemetry);
        this.consumer = kafka.wrap(consumer);
        this.orders = BatchProcessor.create(kafka.records(this.consumer));
        this.settlement = KafkaSettlement.of(this.consumer);
    }

    /** Handles what one poll brings. An order whose handler throws comes again with a later poll. */
    public <X extends Throwable> BatchResult<ConsumerRecord<String, String>> handleOrders(
            MessageHandler<ConsumerRecord<String, String>, X> handler) throws X {
        BatchResult<ConsumerRecord<String, String>> result =
                orders.process(consumer.poll(Duration.ofSeconds(1)), batch -> batch.forEach(handler));
        result.settle(settlement::settle);
        return result;
    }
}
