package dev.linkspan.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Parcels over RabbitMQ: wrapping is all that there is to do. */
final class RabbitMqHop implements Hop {

    private final Connection connection;
    private final Channel sending;
    private final Channel receiving;
    private final Lock handling = new ReentrantLock();

    RabbitMqHop(OpenTelemetry openTelemetry, String uri) {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(openTelemetry);
        try {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setUri(uri);
            connection = rabbitMq.wrap(rabbitMq.wrap(factory).newConnection());
            sending = connection.createChannel();
            receiving = connection.createChannel();
            receiving.queueDeclare("couriers", true, false, false, null);
        } catch (Exception e) {
            throw new IllegalStateException("no connection to " + uri, e);
        }
    }

    @Override
    public void send(String parcel) {
        try {
            sending.basicPublish("", "couriers", null, parcel.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onArrival(Consumer<String> handler) {
        try {
            receiving.basicConsume(
                    "couriers",
                    false,
                    (tag, delivery) -> {
                        handling.lock();
                        try {
                            handler.accept(new String(delivery.getBody(), UTF_8));
                            receiving.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                        } finally {
                            handling.unlock();
                        }
                    },
                    tag -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After what is being handled has been acknowledged. */
    @Override
    public void close() {
        handling.lock();
        try {
            receiving.close();
            connection.close();
        } catch (IOException | TimeoutException e) {
            throw new IllegalStateException(e);
        } finally {
            handling.unlock();
        }
    }
}
