package dev.linkspan.it.nats;

import static dev.linkspan.it.nats.NatsBodies.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullRequestOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerConfiguration;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server tells the client in the shape of messages: no span, no count. */
@ExtendWith(NatsExtension.class)
class NatsStatusMessagesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
    }

    private static void assertOnly(String... spans) {
        otel.awaitSpans(spans.length);
        otel.assertThatSpans().hasOnlySpans(spans);
        otel.assertThatMetrics().hasTotal("messaging.client.consumed.messages", 0);
    }

    @Test
    void nobody_there_to_answer_is_no_message_for_who_asks_for_it_nor_for_who_processes_it() throws Exception {
        String inbox = connection.createInbox();
        Subscription replies = connection.subscribe(inbox);
        connection.publish(subject, inbox, body("anybody?"));

        Message status = replies.nextMessage(PATIENCE);
        telemetry
                .messages()
                .process(
                        status,
                        message -> assertThat(message.getStatus().getCode()).isEqualTo(503));

        assertOnly("publish " + subject);
    }

    @Test
    void nobody_there_to_answer_is_no_message_for_a_handler() throws Exception {
        String inbox = connection.createInbox();
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        connection.createDispatcher(handled::add).subscribe(inbox);
        connection.publish(subject, inbox, body("anybody?"));

        Message status = handled.poll(30, TimeUnit.SECONDS);
        assertThat(status.isStatusMessage()).isTrue();
        assertThat(status.getHeaders()).isNull();
        assertOnly("publish " + subject);
    }

    @Test
    void heartbeats_on_a_consumer_s_own_subject_are_no_messages(NatsClients nats) throws Exception {
        nats.stream(subject);
        String deliver = nats.uniqueName();
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        connection.createDispatcher(handled::add).subscribe(deliver);
        connection
                .jetStream()
                .subscribe(
                        subject,
                        PushSubscribeOptions.builder()
                                .configuration(ConsumerConfiguration.builder()
                                        .deliverSubject(deliver)
                                        .idleHeartbeat(100)
                                        .build())
                                .build());

        Message heartbeat = handled.poll(30, TimeUnit.SECONDS);
        assertThat(heartbeat.getStatus().getCode()).isEqualTo(100);
        assertOnly();
    }

    @Test
    void the_end_of_a_pull_is_no_message(NatsClients nats) throws Exception {
        nats.stream(subject);
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        JetStreamSubscription pushed = connection
                .jetStream()
                .subscribe(
                        subject,
                        connection.createDispatcher(),
                        handled::add,
                        PullSubscribeOptions.builder().durable("billing").build());
        pushed.pullNoWait(5);
        JetStreamSubscription pulled = connection
                .jetStream()
                .subscribe(
                        subject,
                        PullSubscribeOptions.builder().durable("shipping").build());
        pulled.pull(PullRequestOptions.noWait(5).build());

        assertThat(pulled.nextMessage(Duration.ofMillis(200))).isNull();
        assertThat(pulled.fetch(5, Duration.ofMillis(100))).isEmpty();
        assertThat(handled).isEmpty();
        assertOnly();
    }

    @Test
    void a_pull_that_the_server_refuses_is_a_receive_span_that_failed(NatsClients nats) throws Exception {
        String stream = nats.stream(subject);
        JetStreamSubscription pulled = connection
                .jetStream()
                .subscribe(
                        subject,
                        PullSubscribeOptions.builder().durable("billing").build());
        pulled.pull(5);
        // only pulls that the server has put in line are refused
        Awaitility.await().until(() -> pulled.getConsumerInfo().getNumWaiting() == 1);
        connection.jetStreamManagement().deleteConsumer(stream, "billing");

        Throwable thrown = catchThrowable(() -> pulled.nextMessage(PATIENCE));
        assertThat(thrown).isInstanceOf(IllegalStateException.class);
        assertThat(otel.awaitSpans(1).get(0).getEvents()).hasSize(1);
        assertOnly("receive");
    }
}
