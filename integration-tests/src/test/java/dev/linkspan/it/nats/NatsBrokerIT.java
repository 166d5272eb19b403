package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.TestClients;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The server under the scenarios does what they take for granted; bare clients only. */
@ExtendWith(NatsExtension.class)
class NatsBrokerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_message_arrives_as_it_was_sent(NatsClients nats) throws Exception {
        String subject = nats.uniqueName();
        Subscription subscription = subscribe(nats.connection(), subject);
        Headers headers = new Headers().add("kind", "order", "urgent");

        nats.connection().publish(subject, headers, "paid".getBytes(UTF_8));

        Message received = subscription.nextMessage(PATIENCE);
        assertThat(received.getData()).asString().isEqualTo("paid");
        assertThat(received.getHeaders()).isEqualTo(headers);
    }

    @Test
    void a_reply_reaches_who_asked(NatsClients nats) {
        String subject = nats.uniqueName();
        Connection replying = nats.connection();
        replying.createDispatcher(question -> replying.publish(question.getReplyTo(), question.getData()))
                .subscribe(subject);
        NatsClients.flush(replying);

        Message reply = TestClients.await(nats.connection().request(subject, "what?".getBytes(UTF_8)));

        assertThat(reply.getData()).asString().isEqualTo("what?");
    }

    @Test
    void a_message_goes_to_one_member_of_a_queue_group(NatsClients nats) throws Exception {
        String subject = nats.uniqueName();
        Connection connection = nats.connection();
        Subscription one = connection.subscribe(subject, "group");
        Subscription other = connection.subscribe(subject, "group");
        for (int i = 0; i < 100; i++) {
            connection.publish(subject, new byte[0]);
        }
        NatsClients.flush(connection);

        assertThat(one.getPendingMessageCount() + other.getPendingMessageCount())
                .isEqualTo(100);
    }

    @Test
    void a_stream_keeps_what_was_sent_before_its_consumer_was_there(NatsClients nats) throws Exception {
        String subject = nats.uniqueName();
        String stream = nats.stream(subject);
        Connection connection = nats.connection();
        Message sent = NatsMessage.builder()
                .subject(subject)
                .headers(new Headers().add("kind", "order"))
                .data("paid", UTF_8)
                .build();

        long number = connection.jetStream().publish(sent).getSeqno();

        Message received = consumer(connection, stream).next(PATIENCE);
        assertThat(received.getData()).asString().isEqualTo("paid");
        assertThat(received.getHeaders()).isEqualTo(sent.getHeaders());
        assertThat(received.metaData().streamSequence()).isEqualTo(number);
    }

    @Test
    void a_consumer_gets_again_what_was_refused_and_nothing_else(NatsClients nats) throws Exception {
        String subject = nats.uniqueName();
        String stream = nats.stream(subject);
        Connection connection = nats.connection();
        JetStream jetStream = connection.jetStream();
        for (String body : List.of("ack", "nak", "term")) {
            jetStream.publish(subject, body.getBytes(UTF_8));
        }
        ConsumerContext consumer = consumer(connection, stream);

        List<String> deliveries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Message message = consumer.next(PATIENCE);
            deliveries.add(bodyAndDelivery(message));
            switch (bodyAndDelivery(message)) {
                case "nak 1" -> message.nak();
                case "term 1" -> message.term();
                default -> message.ack();
            }
        }

        assertThat(deliveries).containsExactlyInAnyOrder("ack 1", "nak 1", "nak 2", "term 1");
        Awaitility.await()
                .untilAsserted(() -> assertThat(consumer.getConsumerInfo())
                        .returns(0L, ConsumerInfo::getNumAckPending)
                        .returns(0L, ConsumerInfo::getNumPending));
    }

    private static Subscription subscribe(Connection connection, String subject) {
        Subscription subscription = connection.subscribe(subject);
        NatsClients.flush(connection);
        return subscription;
    }

    private static ConsumerContext consumer(Connection connection, String stream) throws Exception {
        return connection
                .getStreamContext(stream)
                .createOrUpdateConsumer(
                        ConsumerConfiguration.builder().durable("reader").build());
    }

    private static String bodyAndDelivery(Message message) {
        return new String(message.getData(), UTF_8) + " " + message.metaData().deliveredCount();
    }
}
