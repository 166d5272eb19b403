package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.propagation.Relation;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An application under the agent, which has set {@code GlobalOpenTelemetry}: sends two messages to one queue, what it
 * consumes on to another with the headers it came with, and pulls one from there.
 */
final class RabbitMqAgentMain {

    /** Who traces its clients, beside the agent. */
    enum Clients {
        OURS,
        /** With process spans that start a new trace whatever is current. */
        OURS_AS_NEW_ROOTS,
        BARE
    }

    private RabbitMqAgentMain() {}

    /** Takes one of {@link Clients}, the broker's URI, and the two queues. */
    public static void main(String[] arguments) throws Exception {
        Clients clients = Clients.valueOf(arguments[0]);
        String from = arguments[2];
        String to = arguments[3];
        Relation relation = clients == Clients.OURS_AS_NEW_ROOTS ? Relation.LINK_NEW_ROOT : Relation.LINK;
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.builder(GlobalOpenTelemetry.get())
                .policy(policy -> policy.relation(relation))
                .build();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(arguments[1]);
        if (clients != Clients.BARE) {
            rabbitMq.wrap(factory);
        }
        try (Connection client = factory.newConnection()) {
            Connection connection = clients == Clients.BARE ? client : rabbitMq.wrap(client);
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            for (String body : new String[] {"chair", "table"}) {
                channel.basicPublish("", from, null, body.getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(30_000);
            CountDownLatch forwarded = new CountDownLatch(2);
            Channel consuming = connection.createChannel();
            consuming.basicConsume(
                    from,
                    (tag, delivery) -> {
                        consuming.basicPublish("", to, delivery.getProperties(), delivery.getBody());
                        consuming.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                        forwarded.countDown();
                    },
                    tag -> {});
            if (!forwarded.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("two messages should have come");
            }
            GetResponse pulled = null;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (pulled == null && System.nanoTime() < deadline) {
                pulled = channel.basicGet(to, false);
            }
            // what was pulled stays in the queue for the test to look at
            channel.basicNack(pulled.getEnvelope().getDeliveryTag(), false, true);
            channel.queueDeclarePassive(to);
        }
    }
}
