package dev.linkspan.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.LongString;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The real client, pulling from a broker that is not. */
class FakeRabbitMq implements PropagationHarness<FakeRabbitMq.Outgoing, Delivery> {

    private final FakeBroker broker = new FakeBroker();
    private Connection bareConnection;
    private Channel bare;
    RabbitMqTelemetry rabbitMq;
    private Connection connection;
    Channel channel;
    private MessageTracer<Delivery> deliveries;

    /** What an application gives to a channel. */
    record Outgoing(String queue, BasicProperties properties, byte[] body) {}

    @Override
    public void start(MessagingTelemetry telemetry) throws Exception {
        bareConnection = broker.factory().newConnection();
        bare = bareConnection.createChannel();
        rabbitMq = RabbitMqTelemetry.create(telemetry);
        connection = rabbitMq.wrap(rabbitMq.wrap(broker.factory()).newConnection());
        channel = connection.createChannel();
        channel.confirmSelect();
        bare.confirmSelect();
        deliveries = rabbitMq.deliveries("");
    }

    @Override
    public String uniqueDestination() throws Exception {
        String queue = "queue-" + System.nanoTime();
        channel.queueDeclare(queue, false, false, false, null);
        return queue;
    }

    @Override
    public Outgoing message(String queue, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Map<String, Object> table = new LinkedHashMap<>();
        headers.forEach(header -> table.put(header.getKey(), header.getValue()));
        return new Outgoing(queue, new BasicProperties.Builder().headers(table).build(), body.getBytes(UTF_8));
    }

    @Override
    public String describe(Outgoing message) {
        StringBuilder headers = new StringBuilder();
        message.properties()
                .getHeaders()
                .forEach((name, value) -> headers.append(name)
                        .append('=')
                        .append(new String(bytes(value), UTF_8))
                        .append(';'));
        return message.queue() + " " + headers + " " + new String(message.body(), UTF_8);
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
        channel.waitForConfirms(10_000);
    }

    @Override
    public List<Delivery> receive(String queue, int count) throws Exception {
        List<Delivery> received = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            GetResponse response = channel.basicGet(queue, false);
            if (response == null) {
                break;
            }
            received.add(RabbitMqTelemetry.deliveryOf(queue, response));
        }
        return received;
    }

    @Override
    public MessageTracer<Delivery> tracer() {
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
            table.forEach((name, value) -> headers.add(Map.entry(name, bytes(value))));
        }
        return headers;
    }

    private static byte[] bytes(Object value) {
        return value instanceof LongString text
                ? text.getBytes()
                : value instanceof byte[] binary
                        ? binary
                        : String.valueOf(value).getBytes(UTF_8);
    }

    @Override
    public boolean carries(String name, byte[] value) {
        // one frame holds all headers of a message
        return value != null && value.length < 100_000;
    }

    @Override
    public void close() throws Exception {
        connection.close();
        bareConnection.close();
        broker.close();
    }
}
