package dev.linkspan.examples;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** The README's batches of what RabbitMQ pushes: one span for many orders, and only what was handled is acknowledged. */
public final class RabbitMqBatches {

    private final CountDownLatch stop;
    private final Consumer<Delivery> handler;

    /** What to do with an order, and when to stop. An order whose handler throws comes again. */
    public RabbitMqBatches(CountDownLatch stop, Consumer<Delivery> handler) {
        this.stop = stop;
        this.handler = handler;
    }

    /** Returns once it was told to stop and has handled what it had accepted; the channel remains the caller's to close. */
    public void run(RabbitMqTelemetry rabbitMq, Channel bare, String queue) throws IOException, InterruptedException {
        Channel channel = rabbitMq.wrap(bare);
        BatchAccumulator<Delivery> orders = BatchAccumulator.builder(
                        BatchProcessor.create(rabbitMq.deliveries(queue)),
                        batch -> batch.forEach(this::handle),
                        RabbitMqSettlement.of(channel)::settle)
                .maxMessages(100)
                .maxAge(Duration.ofSeconds(1))
                .build();
        channel.basicQos(200); // twice maxMessages
        String tag = channel.basicConsume(
                queue, rabbitMq.handOff((consumer, order) -> orders.accept(order), consumer -> {}));
        stop.await();
        channel.basicCancel(tag);
        orders.close(); // handles what it has; what comes too late is delivered again when the channel closes
    }

    private void handle(Delivery order) {
        handler.accept(order);
    }
}
