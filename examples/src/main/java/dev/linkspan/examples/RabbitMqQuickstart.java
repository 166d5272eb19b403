package dev.linkspan.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The first snippets of RabbitMQ's README: orders that are pushed to a consumer, and orders that are pulled. */
public final class RabbitMqQuickstart {

    private final Consumer<String> handler;

    /** What to do with an order. */
    public RabbitMqQuickstart(Consumer<String> handler) {
        this.handler = handler;
    }

    /** Sends an order and consumes orders, until the connection is closed. */
    public Connection consume(OpenTelemetry openTelemetry, ConnectionFactory factory)
            throws IOException, TimeoutException {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(openTelemetry);

        Connection connection = rabbitMq.wrap(rabbitMq.wrap(factory).newConnection());
        Channel channel = connection.createChannel();
        channel.basicPublish("", "orders", null, "two chairs".getBytes(UTF_8));

        channel.basicConsume(
                "orders",
                (tag, delivery) -> {
                    handle(delivery);
                    channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                },
                tag -> {});

        return connection;
    }

    /** Pulls one order; false if there was none. */
    public boolean pull(RabbitMqTelemetry rabbitMq, Channel channel) throws IOException {
        MessageTracer<Delivery> deliveries = rabbitMq.deliveries("orders");
        GetResponse response = channel.basicGet("orders", false);
        if (response != null) {
            deliveries.process(RabbitMqTelemetry.deliveryOf("orders", response), this::handle);
            channel.basicAck(response.getEnvelope().getDeliveryTag(), false);
        }

        return response != null;
    }

    private void handle(Delivery order) {
        handler.accept(new String(order.getBody(), UTF_8));
    }
}
