package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.impl.NatsMessage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Acks and the like, by the messages' own methods and by {@link NatsSettlement}; and what comes again. */
@ExtendWith(NatsExtension.class)
class NatsSettleIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<Long> DELIVERIES = AttributeKey.longKey("linkspan.message.delivery_count");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private NatsSettlement settlement;
    private String subject;
    private String stream;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        settlement = NatsSettlement.of(connection);
        subject = nats.uniqueName();
        stream = nats.stream(subject);
    }

    private ConsumerContext consumer(Duration ackWait) throws Exception {
        return connection
                .getStreamContext(stream)
                .createOrUpdateConsumer(ConsumerConfiguration.builder()
                        .durable("billing")
                        .ackWait(ackWait)
                        .build());
    }

    private static void assertAllSettled(ConsumerContext consumer) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(consumer.getConsumerInfo())
                        .returns(0L, ConsumerInfo::getNumAckPending)
                        .returns(0L, ConsumerInfo::getNumPending));
    }

    @Test
    void each_way_to_settle_is_a_span_below_the_handler_s_and_what_the_server_does() throws Exception {
        for (String body : List.of("ack", "ackSync", "nak", "nakWithDelay", "term", "inProgress")) {
            connection.jetStream().publish(subject, body(body));
        }
        ConsumerContext consumer = consumer(PATIENCE);
        List<String> deliveries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            telemetry.messages().process(consumer.next(PATIENCE), message -> {
                deliveries.add(textOf(message) + " " + message.metaData().deliveredCount());
                settle(message);
            });
        }

        assertThat(deliveries)
                .containsExactlyInAnyOrder(
                        "ack 1",
                        "ackSync 1",
                        "nak 1",
                        "nak 2",
                        "nakWithDelay 1",
                        "nakWithDelay 2",
                        "term 1",
                        "inProgress 1");
        assertAllSettled(consumer);
        List<SpanData> spans = otel.awaitSpans(6 + 8 + 8 + 9);
        assertThat(named(spans, "ack " + subject)).hasSize(5);
        assertThat(named(spans, "nak " + subject)).hasSize(2);
        SpanData term = one(spans, "term " + subject);
        assertThat(term.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(term.getParentSpanId())
                .isIn(named(spans, "process " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        assertThat(named(spans, "inProgress " + subject)).hasSize(1);
        assertThat(named(spans, "process " + subject))
                .extracting(process -> process.getAttributes().get(DELIVERIES))
                .containsExactlyInAnyOrder(1L, 1L, 1L, 1L, 1L, 1L, 2L, 2L);
        otel.assertThatSpans().propagates(subject).followsConventions();
    }

    private void settle(Message message) throws Exception {
        boolean first = message.metaData().deliveredCount() == 1;
        switch (textOf(message)) {
            case "ackSync" -> settlement.ackSync(message, PATIENCE);
            case "nak" -> {
                if (first) {
                    settlement.nak(message);
                } else {
                    settlement.ack(message);
                }
            }
            case "nakWithDelay" -> {
                if (first) {
                    settlement.nakWithDelay(message, Duration.ofMillis(50));
                } else {
                    settlement.ack(message);
                }
            }
            case "term" -> settlement.term(message);
            case "inProgress" -> {
                settlement.inProgress(message);
                settlement.ack(message);
            }
            default -> settlement.ack(message);
        }
    }

    @Test
    void a_message_settles_itself_through_the_wrapped_connection_without_a_span() throws Exception {
        connection.jetStream().publish(subject, body("chair"));
        ConsumerContext consumer = consumer(PATIENCE);
        telemetry.messages().process(consumer.next(PATIENCE), Message::ack);

        assertAllSettled(consumer);
        otel.awaitSpans(3);
        otel.assertThatSpans().hasOnlySpans("publish " + subject, "receive " + subject, "process " + subject);
    }

    @Test
    void what_settles_first_holds_and_later_calls_make_no_span() throws Exception {
        connection.jetStream().publish(subject, body("chair"));
        ConsumerContext consumer = consumer(PATIENCE);
        telemetry.messages().process(consumer.next(PATIENCE), message -> {
            settlement.ack(message);
            settlement.nak(message);
            settlement.term(message);
        });

        assertAllSettled(consumer);
        assertThat(consumer.next(Duration.ofSeconds(1))).isNull();
        List<SpanData> spans = otel.awaitSpans(4);
        assertThat(named(spans, "ack " + subject)).hasSize(1);
        assertThat(spans).hasSize(4);
    }

    @Test
    void a_message_that_was_in_progress_too_long_comes_again_and_says_so() throws Exception {
        connection.jetStream().publish(subject, body("chair"));
        ConsumerContext consumer = consumer(Duration.ofMillis(300));
        telemetry.messages().process(consumer.next(PATIENCE), settlement::inProgress);
        telemetry.messages().process(consumer.next(PATIENCE), settlement::nak);
        telemetry.messages().process(consumer.next(PATIENCE), settlement::ack);

        List<SpanData> spans = otel.awaitSpans(1 + 3 + 3 + 3);
        SpanData publish = one(spans, "publish " + subject);
        assertThat(named(spans, "process " + subject))
                .allSatisfy(process -> assertThat(
                                process.getLinks().get(0).getSpanContext().getSpanId())
                        .isEqualTo(publish.getSpanId()))
                .extracting(process -> process.getAttributes().get(DELIVERIES))
                .containsExactly(1L, 2L, 3L);
        otel.assertThatMetrics().hasConsumed(subject, 3);
    }

    @Test
    void an_autoacknowledged_push_is_acked_once_and_delivered_once() throws Exception {
        Queue<Message> handled = new ConcurrentLinkedQueue<>();
        connection
                .jetStream()
                .subscribe(
                        subject,
                        connection.createDispatcher(),
                        handled::add,
                        true,
                        PushSubscribeOptions.builder().durable("billing").build());
        connection.jetStream().publish(subject, body("chair"));

        otel.awaitSpans(2);
        assertAllSettled(connection.getConsumerContext(stream, "billing"));
        assertThat(handled).hasSize(1);
    }

    @Test
    void a_copy_of_a_message_cannot_be_settled_which_is_why_none_is_handed_out() throws Exception {
        connection.jetStream().publish(subject, body("chair"));
        ConsumerContext consumer = consumer(Duration.ofMillis(300));
        Message message = consumer.next(PATIENCE);
        settlement.ack(new NatsMessage(message));

        Message again = consumer.next(PATIENCE);
        assertThat(again.metaData().deliveredCount()).isEqualTo(2);
        settlement.ack(again);
        assertAllSettled(consumer);
    }
}
