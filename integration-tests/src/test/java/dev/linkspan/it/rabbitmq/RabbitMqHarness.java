package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** RabbitMQ's client as the contract sees it: queues on the default exchange, pulled from. */
class RabbitMqHarness implements PropagationHarness<RabbitMqHarness.Outgoing, Delivery> {

    private static final long CONFIRM_WITHIN_MILLIS = 30_000;

    final RabbitMqClients clients = new RabbitMqClients(RabbitMqServer.BROKERS.shared(), "RabbitMqContractIT");
    private final Channel bare = clients.confirmingChannel();
    RabbitMqTelemetry rabbitMq;
    Channel channel = bare;
    private @Nullable MessageTracer<Delivery> deliveries;

    /** What an application gives to a channel. */
    record Outgoing(String queue, BasicProperties properties, byte[] body) {}

    @Override
    public void start(MessagingTelemetry telemetry) throws Exception {
        rabbitMq = RabbitMqTelemetry.create(telemetry);
        channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
        channel.confirmSelect();
        // they know their queues
        deliveries = rabbitMq.deliveries("");
    }

    @Override
    public String uniqueDestination() {
        return clients.queue();
    }

    @Override
    public Outgoing message(String queue, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Map<String, Object> table = new LinkedHashMap<>();
        headers.forEach(header -> table.put(header.getKey(), header.getValue()));
        return new Outgoing(queue, new BasicProperties.Builder().headers(table).build(), body.getBytes(UTF_8));
    }

    @Override
    public String describe(Outgoing message) {
        List<String> headers = new ArrayList<>();
        message.properties()
                .getHeaders()
                .forEach((name, value) -> headers.add(name + "=" + Arrays.toString(bytes(value))));
        BasicProperties others = message.properties().builder().headers(null).build();
        return message.queue() + " " + headers + " " + others + " " + new String(message.body(), UTF_8);
    }

    @Override
    public void send(Outgoing message) throws Exception {
        publish(channel, message);
    }

    @Override
    public void sendBare(Outgoing message) throws Exception {
        publish(bare, message);
    }

    private static void publish(Channel channel, Outgoing message) throws Exception {
        channel.basicPublish("", message.queue(), message.properties(), message.body());
        channel.waitForConfirmsOrDie(CONFIRM_WITHIN_MILLIS);
    }

    @Override
    public List<Delivery> receive(String queue, int count) throws Exception {
        List<Delivery> received = new ArrayList<>();
        while (received.size() < count) {
            GetResponse response = await().until(() -> channel.basicGet(queue, false), got -> got != null);
            received.add(RabbitMqTelemetry.deliveryOf(queue, response));
        }
        return received;
    }

    @Override
    public MessageTracer<Delivery> tracer() {
        if (deliveries == null) {
            throw new IllegalStateException("not started");
        }
        return deliveries;
    }

    @Override
    public void settle(String queue, List<Delivery> messages) throws Exception {
        for (Delivery message : messages) {
            channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
        }
    }

    @Override
    public void giveBack(String queue, List<Delivery> messages) throws Exception {
        for (Delivery message : messages) {
            channel.basicNack(message.getEnvelope().getDeliveryTag(), false, true);
        }
    }

    @Override
    public String body(Delivery message) {
        return new String(message.getBody(), UTF_8);
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(Delivery message) {
        List<Map.Entry<String, byte[]>> headers = new ArrayList<>();
        Map<String, Object> table = message.getProperties().getHeaders();
        if (table != null) {
            table.forEach((name, value) -> headers.add(new SimpleEntry<>(name, bytes(value))));
        }
        return headers;
    }

    private static byte @Nullable [] bytes(Object value) {
        return value instanceof LongString text ? text.getBytes() : (byte[]) value;
    }

    @Override
    public boolean carries(String name, byte @Nullable [] value) {
        // all headers are in one frame of 131,072 bytes
        return value == null || value.length < 120_000;
    }

    @Override
    public void close() {
        clients.close();
    }
}
