package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Confirms name messages by number; a number that is lost puts all later ones out of step. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqConfirmIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final ConcurrentNavigableMap<Long, String> outstanding = new ConcurrentSkipListMap<>();
    private final Map<String, String> outcomes = new ConcurrentSkipListMap<>();
    private RabbitMqTelemetry rabbitMq;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients clients) {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        queue = clients.queue();
    }

    private Channel channel(RabbitMqClients clients, int frameMax) throws Exception {
        ConnectionFactory factory = rabbitMq.wrap(clients.factory());
        factory.setRequestedFrameMax(frameMax);
        Channel channel = rabbitMq.wrap(clients.connection(factory)).createChannel();
        channel.confirmSelect();
        channel.addConfirmListener(
                (number, multiple) -> settle(number, multiple, "ack"),
                (number, multiple) -> settle(number, multiple, "nack"));
        return channel;
    }

    /** As the client's guide does it. */
    private void settle(long number, boolean multiple, String outcome) {
        Map<Long, String> settled =
                multiple ? outstanding.headMap(number, true) : outstanding.subMap(number, true, number, true);
        settled.values().forEach(body -> outcomes.put(body, outcome));
        settled.clear();
    }

    private void publish(Channel channel, String to, BasicProperties properties, String body) throws Exception {
        outstanding.put(channel.getNextPublishSeqNo(), body);
        channel.basicPublish("", to, properties, body.getBytes(UTF_8));
    }

    private void awaitOutcomes(String... bodiesAndOutcomes) {
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < bodiesAndOutcomes.length; i += 2) {
            expected.put(bodiesAndOutcomes[i], bodiesAndOutcomes[i + 1]);
        }
        await().untilAsserted(() -> assertThat(outcomes).isEqualTo(expected));
        await().untilAsserted(() -> assertThat(outstanding).isEmpty());
    }

    /** Properties whose frame has so many bytes left. */
    private static BasicProperties leaving(int room, int frameMax, int bodySize) throws Exception {
        BasicProperties empty =
                new BasicProperties.Builder().headers(Map.of("text", "")).build();
        int length = frameMax - room - empty.toFrame(1, bodySize).size();
        return new BasicProperties.Builder()
                .headers(Map.of("text", "x".repeat(length)))
                .build();
    }

    @Test
    void numbers_stay_in_step_where_our_header_does_not_fit(RabbitMqClients clients) throws Exception {
        Channel channel = channel(clients, 4096);
        publish(channel, queue, null, "first");
        publish(channel, queue, leaving(10, 4096, 4), "full");
        publish(channel, queue, null, "third");

        awaitOutcomes("first", "ack", "full", "ack", "third", "ack");
        assertThat(channel.getNextPublishSeqNo()).isEqualTo(4);
        assertThat(named(otel.awaitSpans(3), "publish " + queue)).hasSize(3);
    }

    @Test
    void numbers_stay_in_step_where_the_broker_s_limit_is_not_what_was_asked_for(RabbitMqClients clients)
            throws Exception {
        // the factory that is wrapped asks for more than the connection gets, as with a broker of a lower frame_max
        ConnectionFactory generous = rabbitMq.wrap(clients.factory());
        ConnectionFactory thrifty = generous.clone();
        thrifty.setRequestedFrameMax(4096);
        Channel channel = clients.connection(thrifty).createChannel();
        channel.confirmSelect();
        channel.addConfirmListener(
                (number, multiple) -> settle(number, multiple, "ack"),
                (number, multiple) -> settle(number, multiple, "nack"));
        publish(channel, queue, null, "first");
        publish(channel, queue, leaving(10, 4096, 4), "full");
        publish(channel, queue, null, "third");

        awaitOutcomes("first", "ack", "full", "ack", "third", "ack");
        assertThat(clients.channel().messageCount(queue)).isEqualTo(3);
    }

    @Test
    void a_refused_message_is_named_right(RabbitMqClients clients) throws Exception {
        String small = clients.queue(Map.of("x-max-length", 1, "x-overflow", "reject-publish"));
        Channel channel = channel(clients, 0);
        publish(channel, small, null, "taken");
        channel.waitForConfirms(30_000);
        publish(channel, small, null, "refused");
        channel.waitForConfirms(30_000);
        publish(channel, queue, null, "elsewhere");

        awaitOutcomes("taken", "ack", "refused", "nack", "elsewhere", "ack");
    }

    @Test
    void a_thousand_messages_are_all_confirmed(RabbitMqClients clients) throws Exception {
        Channel channel = channel(clients, 0);
        for (int i = 0; i < 1_000; i++) {
            publish(channel, queue, null, "message " + i);
        }

        assertThat(channel.waitForConfirms(30_000)).isTrue();
        await().until(outstanding::isEmpty);
        assertThat(outcomes).hasSize(1_000).containsValue("ack").doesNotContainValue("nack");
        otel.assertThatMetrics().hasSent(queue, 1_000);
    }
}
