package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.rabbitmq.RabbitMqClients.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.Return;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The broker under the scenarios does what they take for granted; bare clients only. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqBrokerIT {

    @Test
    void a_message_arrives_as_it_was_sent(RabbitMqClients rabbitMq) throws Exception {
        String exchange = rabbitMq.exchange("topic");
        String queue = rabbitMq.queue();
        Channel channel = rabbitMq.confirmingChannel();
        channel.queueBind(queue, exchange, "orders.*");
        AMQP.BasicProperties sent = new AMQP.BasicProperties.Builder()
                .messageId("order-1")
                .deliveryMode(2)
                .timestamp(new Date(1_700_000_000_000L))
                .headers(Map.of("kind", "order", "count", 3L, "bytes", new byte[] {1, 2}))
                .build();

        channel.basicPublish(exchange, "orders.paid", sent, "paid".getBytes(UTF_8));
        channel.waitForConfirmsOrDie();

        GetResponse received = get(channel, queue);
        assertThat(received.getBody()).asString().isEqualTo("paid");
        assertThat(received.getEnvelope().getExchange()).isEqualTo(exchange);
        assertThat(received.getEnvelope().getRoutingKey()).isEqualTo("orders.paid");
        AMQP.BasicProperties properties = received.getProps();
        assertThat(properties.getMessageId()).isEqualTo("order-1");
        assertThat(properties.getTimestamp()).isEqualTo(sent.getTimestamp());
        assertThat(properties.getHeaders()).containsOnlyKeys("kind", "count", "bytes");
        // text comes as a type of the client's own
        assertThat(properties.getHeaders().get("kind")).isNotInstanceOf(String.class);
        assertThat(properties.getHeaders().get("kind")).hasToString("order");
        assertThat(properties.getHeaders().get("count")).isEqualTo(3L);
    }

    @Test
    void a_message_that_was_not_acknowledged_comes_again_and_says_so(RabbitMqClients rabbitMq) throws Exception {
        String queue = rabbitMq.queue();
        Channel channel = rabbitMq.confirmingChannel();
        send(channel, queue, "first", "second");

        GetResponse first = get(channel, queue);
        GetResponse second = get(channel, queue);
        channel.basicAck(second.getEnvelope().getDeliveryTag(), false);
        channel.basicNack(first.getEnvelope().getDeliveryTag(), false, true);
        GetResponse again = get(channel, queue);

        assertThat(first.getEnvelope().isRedeliver()).isFalse();
        assertThat(again.getBody()).asString().isEqualTo("first");
        assertThat(again.getEnvelope().isRedeliver()).isTrue();
        assertThat(again.getMessageCount()).isZero();
    }

    @Test
    void a_rejected_message_goes_where_its_queue_says(RabbitMqClients rabbitMq) throws Exception {
        String dead = rabbitMq.queue();
        String queue = rabbitMq.queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        Channel channel = rabbitMq.confirmingChannel();
        send(channel, queue, "poison");

        channel.basicReject(get(channel, queue).getEnvelope().getDeliveryTag(), false);

        GetResponse received = get(channel, dead);
        assertThat(received.getBody()).asString().isEqualTo("poison");
        assertThat(received.getProps().getHeaders().get("x-first-death-queue")).hasToString(queue);
        assertThat(received.getProps().getHeaders().get("x-first-death-reason")).hasToString("rejected");
    }

    @Test
    void a_mandatory_message_for_no_queue_is_returned_and_confirmed(RabbitMqClients rabbitMq) throws Exception {
        Channel channel = rabbitMq.confirmingChannel();
        CompletableFuture<Return> returned = new CompletableFuture<>();
        channel.addReturnListener(returned::complete);
        String nowhere = rabbitMq.uniqueName();

        channel.basicPublish("", nowhere, true, null, "lost".getBytes(UTF_8));

        assertThat(channel.waitForConfirms()).isTrue();
        assertThat(RabbitMqClients.await(returned).getReplyText()).isEqualTo("NO_ROUTE");
        assertThat(RabbitMqClients.await(returned).getRoutingKey()).isEqualTo(nowhere);
    }

    @Test
    void a_quorum_queue_counts_deliveries(RabbitMqClients rabbitMq) throws Exception {
        String queue = rabbitMq.queue(Map.of("x-queue-type", "quorum"));
        Channel channel = rabbitMq.confirmingChannel();
        send(channel, queue, "paid");

        channel.basicNack(get(channel, queue).getEnvelope().getDeliveryTag(), false, true);
        GetResponse again = get(channel, queue);

        assertThat(again.getProps().getHeaders()).containsEntry("x-delivery-count", 1L);
    }

    @Test
    void a_transaction_that_is_rolled_back_sends_nothing(RabbitMqClients rabbitMq) throws Exception {
        String queue = rabbitMq.queue();
        Channel channel = rabbitMq.channel();
        channel.txSelect();
        for (String body : List.of("rolled back", "committed")) {
            channel.basicPublish("", queue, null, body.getBytes(UTF_8));
            if (body.equals("committed")) {
                channel.txCommit();
            } else {
                channel.txRollback();
            }
        }

        GetResponse only = get(channel, queue);
        assertThat(only.getBody()).asString().isEqualTo("committed");
        assertThat(only.getMessageCount()).isZero();
    }

    /** The next message, unacknowledged, as soon as there is one. */
    private static GetResponse get(Channel channel, String queue) {
        return Awaitility.await().until(() -> channel.basicGet(queue, false), response -> response != null);
    }
}
