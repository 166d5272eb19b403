package dev.linkspan.examples;

import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** The README's batches of what JetStream pushes: one span for many orders, and only what was handled is acknowledged. */
public final class NatsBatches {

    private final CountDownLatch stop;
    private final Consumer<Message> handler;

    /** What to do with an order, and when to stop. An order whose handler throws comes again. */
    public NatsBatches(CountDownLatch stop, Consumer<Message> handler) {
        this.stop = stop;
        this.handler = handler;
    }

    /** Returns once it was told to stop and has handled what it had accepted; the connection remains the caller's to close. */
    public void run(NatsTelemetry nats, Connection bare, String subject, String durable)
            throws IOException, JetStreamApiException, InterruptedException {
        Connection connection = nats.wrap(bare);
        BatchAccumulator<Message> orders = BatchAccumulator.builder(
                        BatchProcessor.create(nats.messages()),
                        batch -> batch.forEach(this::handle),
                        NatsSettlement.of(connection)::settle)
                .maxMessages(100)
                .maxAge(Duration.ofSeconds(1))
                .build();
        PushSubscribeOptions options = ConsumerConfiguration.builder()
                .durable(durable)
                .maxAckPending(200) // twice maxMessages
                .ackWait(Duration.ofMinutes(1)) // longer than maxAge and two batches
                .buildPushSubscribeOptions();
        Dispatcher dispatcher = connection.createDispatcher();
        connection.jetStream().subscribe(subject, dispatcher, nats.handOff(orders::accept), false, options);
        stop.await();
        dispatcher.drain(Duration.ofSeconds(30)).join(); // closeDispatcher would interrupt the handler
        orders.close(); // handles what it has
    }

    private void handle(Message order) {
        handler.accept(order);
    }
}
