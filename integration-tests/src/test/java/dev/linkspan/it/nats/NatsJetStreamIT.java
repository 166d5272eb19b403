package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.TestClients.await;
import static dev.linkspan.it.nats.NatsBodies.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamOptions;
import io.nats.client.JetStreamReader;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** JetStream from a wrapped connection: publish, push and pull. */
@ExtendWith(NatsExtension.class)
class NatsJetStreamIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
    private static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<Boolean> DUPLICATE = AttributeKey.booleanKey("linkspan.nats.duplicate");
    private static final AttributeKey<String> STREAM = AttributeKey.stringKey("linkspan.nats.stream");
    private static final AttributeKey<Long> SEQUENCE = AttributeKey.longKey("linkspan.nats.sequence");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private JetStream jetStream;
    private String subject;
    private String stream;

    @BeforeEach
    void set_up(NatsClients nats) throws Exception {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        jetStream = connection.jetStream();
        subject = nats.uniqueName();
        stream = nats.stream(subject);
    }

    private JetStreamSubscription pull() throws Exception {
        return jetStream.subscribe(
                subject, PullSubscribeOptions.builder().durable("billing").build());
    }

    @Test
    void a_stored_message_carries_its_publish_span_and_nothing_else_makes_a_span() throws Exception {
        PublishAck ack = jetStream.publish(subject, body("chair"));
        PublishAck later = await(jetStream.publishAsync(subject, body("table")));
        List<Message> messages = pull().fetch(2, PATIENCE);

        List<SpanData> spans = otel.awaitSpans(3);
        List<SpanData> published = named(spans, "publish " + subject);
        assertThat(messages)
                .extracting(
                        message -> message.getHeaders().getFirst("traceparent").split("-")[2])
                .containsExactlyElementsOf(
                        published.stream().map(SpanData::getSpanId).toList());
        assertThat(published)
                .allSatisfy(span -> assertThat(span.getAttributes().get(STREAM)).isEqualTo(stream))
                .extracting(span -> span.getAttributes().get(SEQUENCE))
                .containsExactly(ack.getSeqno(), later.getSeqno());
        otel.assertThatSpans().hasOnlySpans("publish " + subject, "publish " + subject, "receive " + subject);
    }

    @Test
    void a_dispatcher_of_the_wrapped_connection_takes_pushed_messages() throws Exception {
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        JetStreamSubscription subscription = jetStream.subscribe(
                subject,
                connection.createDispatcher(),
                handled::add,
                true,
                PushSubscribeOptions.builder().durable("billing").build());
        jetStream.publish(subject, body("chair"));

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, "publish " + subject).getSpanId());
        assertThat(process.getAttributes().get(GROUP)).isEqualTo("billing");
        assertThat(process.getAttributes().get(STREAM)).isEqualTo(stream);
        assertThat(handled).singleElement().matches(Message::isJetStream, "can be acked");
        subscription.getDispatcher().unsubscribe(subscription);
        otel.assertThatSpans().propagates(subject).followsConventions();
    }

    @Test
    void pushed_messages_of_a_queue_are_of_that_group() throws Exception {
        jetStream.subscribe(
                subject,
                "workers",
                connection.createDispatcher(),
                message -> {},
                true,
                PushSubscribeOptions.builder().build());
        jetStream.publish(subject, body("chair"));

        assertThat(one(otel.awaitSpans(2), "process " + subject).getAttributes().get(GROUP))
                .isEqualTo("workers");
    }

    @Test
    void pushed_messages_without_a_handler_are_asked_for() throws Exception {
        JetStreamSubscription subscription = jetStream.subscribe(subject);
        jetStream.publish(subject, body("chair"));

        telemetry.messages().process(subscription.nextMessage(PATIENCE), Message::ack);

        List<SpanData> spans = otel.awaitSpans(3);
        assertThat(linksOf(one(spans, "receive " + subject)))
                .containsExactly(one(spans, "publish " + subject).getSpanId());
        assertThat(one(spans, "process " + subject).getAttributes().get(GROUP))
                .as("an ephemeral consumer has a name that nobody chose")
                .isNull();
    }

    @Test
    void a_fetch_is_one_receive_span_with_a_link_to_each_publisher() throws Exception {
        for (int i = 0; i < 20; i++) {
            jetStream.publish(subject, body("item " + i));
        }
        List<Message> messages = pull().fetch(20, PATIENCE);

        List<SpanData> spans = otel.awaitSpans(21);
        SpanData receive = one(spans, "receive " + subject);
        assertThat(messages).hasSize(20);
        assertThat(receive.getAttributes().get(COUNT)).isEqualTo(20);
        assertThat(receive.getAttributes().get(GROUP)).isEqualTo("billing");
        assertThat(linksOf(receive))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    @Test
    void an_iterator_and_a_reader_make_a_receive_span_for_each_message() throws Exception {
        for (int i = 0; i < 4; i++) {
            jetStream.publish(subject, body("item " + i));
        }
        JetStreamSubscription subscription = pull();
        List<Message> messages = new ArrayList<>();
        Iterator<Message> iterator = subscription.iterate(2, PATIENCE);
        while (iterator.hasNext()) {
            messages.add(iterator.next());
        }
        JetStreamReader reader = subscription.reader(2, 1);
        messages.add(reader.nextMessage(PATIENCE));
        messages.add(reader.nextMessage(PATIENCE.toMillis()));
        reader.stop();

        assertThat(messages).hasSize(4).doesNotContainNull();
        List<SpanData> spans = otel.awaitSpans(8);
        assertThat(named(spans, "receive " + subject))
                .extracting(receive -> linksOf(receive).get(0))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    @Test
    void pulled_messages_go_to_a_handler_where_there_is_one() throws Exception {
        JetStreamSubscription subscription = jetStream.subscribe(
                subject,
                connection.createDispatcher(),
                Message::ack,
                PullSubscribeOptions.builder().durable("billing").build());
        jetStream.publish(subject, body("chair"));
        subscription.pull(1);

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, "publish " + subject).getSpanId());
        assertThat(process.getAttributes().get(GROUP)).isEqualTo("billing");
    }

    @Test
    void a_pull_that_brings_nothing_makes_no_span() throws Exception {
        JetStreamSubscription subscription = pull();

        assertThat(subscription.fetch(5, Duration.ofMillis(50))).isEmpty();
        assertThat(subscription.nextMessage(Duration.ofMillis(10))).isNull();
        assertThat(subscription.iterate(5, Duration.ofMillis(50)).hasNext()).isFalse();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void a_duplicate_is_marked_and_only_the_first_is_ever_linked_to() throws Exception {
        PublishOptions once = PublishOptions.builder().messageId("o-17").build();
        jetStream.publish(subject, body("chair"), once);
        jetStream.publish(subject, new Headers().add("Nats-Msg-Id", "o-17"), body("chair"));
        JetStreamSubscription subscription = pull();
        telemetry.messages().process(subscription.fetch(1, PATIENCE).get(0), handled -> {});
        assertThat(subscription.getConsumerInfo().getNumPending()).isZero();

        List<SpanData> spans = otel.awaitSpans(4);
        List<SpanData> published = named(spans, "publish " + subject);
        assertThat(published)
                .extracting(span -> span.getAttributes().get(DUPLICATE))
                .containsExactly(null, true);
        assertThat(linksOf(one(spans, "process " + subject)))
                .containsExactly(published.get(0).getSpanId());
        assertThat(spans)
                .extracting(span -> span.getAttributes().get(MESSAGE_ID))
                .containsOnly("o-17");
    }

    @Test
    void a_publish_that_no_stream_takes_is_an_error(NatsClients nats) {
        String nowhere = nats.uniqueName();
        Throwable thrown = catchThrowable(() -> jetStream.publish(nowhere, body("lost")));
        CompletableFuture<PublishAck> future = jetStream.publishAsync(nowhere, body("lost"));
        Throwable later = catchThrowable(future::join);

        assertThat(thrown).isNotNull();
        assertThat(later).isNotNull();
        assertThat(named(otel.awaitSpans(2), "publish " + nowhere))
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
    }

    @Test
    void a_publish_without_acknowledgement_ends_at_once() throws Exception {
        JetStream unacknowledged = connection.jetStream(
                JetStreamOptions.builder().publishNoAck(true).build());

        assertThat(unacknowledged.publish(subject, body("chair"))).isNull();
        assertThat(unacknowledged.publishAsync(subject, body("table"))).isNull();
        assertThat(pull().fetch(2, PATIENCE)).hasSize(2);

        List<SpanData> spans = otel.awaitSpans(3);
        assertThat(linksOf(one(spans, "receive " + subject)))
                .containsExactlyElementsOf(named(spans, "publish " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    @Test
    void what_core_publishes_a_stream_takes_with_its_context() throws Exception {
        connection.publish(subject, body("chair"));
        pull().fetch(1, PATIENCE);

        List<SpanData> spans = otel.awaitSpans(2);
        assertThat(linksOf(one(spans, "receive " + subject)))
                .containsExactly(one(spans, "publish " + subject).getSpanId());
    }
}
