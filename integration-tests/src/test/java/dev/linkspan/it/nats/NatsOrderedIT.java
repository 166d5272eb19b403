package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.MessageConsumer;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ordered consumers, which the client makes anew under another name whenever it has to. */
@ExtendWith(NatsExtension.class)
class NatsOrderedIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MESSAGES = 3;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private String subject;
    private String stream;
    private final LinkedBlockingQueue<String> handled = new LinkedBlockingQueue<>();

    @BeforeEach
    void set_up(NatsClients nats) throws Exception {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
        stream = nats.stream(subject);
        for (int i = 0; i < MESSAGES; i++) {
            connection.jetStream().publish(subject, body(Integer.toString(i)));
        }
    }

    private void assertLinked(String operation) {
        List<SpanData> spans = otel.awaitSpans(2 * MESSAGES);
        assertThat(named(spans, operation + " " + subject))
                .hasSize(MESSAGES)
                .allSatisfy(span -> assertThat(
                                span.getAttributes().get(AttributeKey.stringKey("messaging.consumer.group.name")))
                        .isNull())
                .extracting(span -> linksOf(span).get(0))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        assertThat(handled).containsExactly("0", "1", "2");
    }

    @Test
    void an_ordered_push_is_handled_in_process_spans() throws Exception {
        connection
                .jetStream()
                .subscribe(
                        subject,
                        connection.createDispatcher(),
                        message -> handled.add(textOf(message)),
                        false,
                        PushSubscribeOptions.builder().ordered(true).build());

        assertLinked("process");
    }

    @Test
    void an_ordered_push_without_a_handler_is_asked_for_in_receive_spans() throws Exception {
        JetStreamSubscription subscription = connection
                .jetStream()
                .subscribe(subject, PushSubscribeOptions.builder().ordered(true).build());
        for (int i = 0; i < MESSAGES; i++) {
            handled.add(textOf(subscription.nextMessage(PATIENCE)));
        }

        assertLinked("receive");
    }

    @Test
    void an_ordered_consumer_hands_out_messages_in_receive_spans() throws Exception {
        OrderedConsumerContext ordered =
                connection.getStreamContext(stream).createOrderedConsumer(new OrderedConsumerConfiguration());
        for (int i = 0; i < MESSAGES; i++) {
            handled.add(textOf(ordered.next(PATIENCE)));
        }

        assertLinked("receive");
    }

    @Test
    void an_ordered_consumption_is_handled_in_process_spans() throws Exception {
        OrderedConsumerContext ordered =
                connection.getStreamContext(stream).createOrderedConsumer(new OrderedConsumerConfiguration());
        try (MessageConsumer consuming = ordered.consume(message -> handled.add(textOf(message)))) {
            assertLinked("process");
        }
    }
}
