package dev.linkspan.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PullSubscribeOptions;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The first snippets of NATS's README: orders that are pushed to a handler, and orders that a stream keeps until they are pulled. */
public final class NatsQuickstart {

    private final Consumer<String> handler;

    /** What to do with an order. */
    public NatsQuickstart(Consumer<String> handler) {
        this.handler = handler;
    }

    /** Handles orders, and publishes one, until the connection is closed. */
    public Connection handleAndPublish(OpenTelemetry openTelemetry, Options options)
            throws IOException, InterruptedException {
        NatsTelemetry nats = NatsTelemetry.create(openTelemetry);
        Connection connection = nats.wrap(Nats.connect(options));

        connection.createDispatcher(this::handle).subscribe("orders");
        connection.publish("orders", "two chairs".getBytes(UTF_8));
        return connection;
    }

    /** Publishes an order to a stream, and pulls orders from it while it is told to. */
    public void pull(
            NatsTelemetry nats, Connection connection, PullSubscribeOptions pullOptions, BooleanSupplier running)
            throws IOException, JetStreamApiException {
        connection.jetStream().publish("stored.orders", "a table".getBytes(UTF_8));

        NatsSettlement settlement = NatsSettlement.of(connection);
        JetStreamSubscription orders = connection.jetStream().subscribe("stored.orders", pullOptions);
        while (running.getAsBoolean()) {
            for (Message message : orders.fetch(100, Duration.ofSeconds(1))) {
                nats.messages().process(message, order -> {
                    handle(order);
                    settlement.ack(order);
                });
            }
        }
    }

    /** Handles orders on a pool's threads. */
    public void handOff(NatsTelemetry nats, Connection connection, ExecutorService pool) {
        connection
                .createDispatcher(nats.handOff(
                        message -> pool.execute(() -> nats.messages().process(message, this::handle))))
                .subscribe("orders");
    }

    private void handle(Message order) {
        handler.accept(new String(order.getData(), UTF_8));
    }
}
