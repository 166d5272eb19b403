package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.PullSubscribeOptions;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** OpenTelemetry's own library for NATS at the other end, or around the same connection. */
@ExtendWith(NatsExtension.class)
class NatsOpenTelemetryLibraryInteropIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry ours;
    private io.opentelemetry.instrumentation.nats.v2_17.NatsTelemetry theirs;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        ours = NatsTelemetry.create(otel.openTelemetry());
        theirs = io.opentelemetry.instrumentation.nats.v2_17.NatsTelemetry.create(otel.openTelemetry());
        subject = nats.uniqueName();
    }

    /** Publishes one message that the other connection's handler gets. */
    private void publishAndHandle(Connection publishing, Connection handling) {
        handling.createDispatcher(message -> {}).subscribe(subject);
        NatsClients.flush(handling);
        publishing.publish(subject, body("chair"));
    }

    @Test
    void a_message_of_the_library_s_connection_is_linked_and_not_below_it(NatsClients nats) {
        publishAndHandle(theirs.wrap(nats.connection()), ours.wrap(nats.connection()));

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, subject + " publish").getSpanId());
        assertThat(process.getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void a_message_of_ours_is_the_parent_of_the_library_s_process_span(NatsClients nats) {
        publishAndHandle(ours.wrap(nats.connection()), theirs.wrap(nats.connection()));

        List<SpanData> spans = otel.awaitSpans(2);
        assertThat(one(spans, subject + " process").getParentSpanId())
                .isEqualTo(one(spans, "publish " + subject).getSpanId());
    }

    @Test
    void a_request_of_the_library_is_answered_and_linked_by_ours(NatsClients nats) throws Exception {
        Connection replying = ours.wrap(nats.connection());
        replying.createDispatcher(question -> replying.publish(question.getReplyTo(), question.getData()))
                .subscribe(subject);
        NatsClients.flush(replying);
        theirs.wrap(nats.connection()).request(subject, body("what?"), PATIENCE);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, subject + " publish").getSpanId());
        assertThat(one(spans, "publish _INBOX").getParentSpanId()).isEqualTo(process.getSpanId());
    }

    @Test
    void around_the_library_ours_is_above_its_publish_span_which_is_linked(NatsClients nats) {
        Connection connection = ours.wrap(theirs.wrap(nats.connection()));
        publishAndHandle(connection, connection);

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, subject + " publish");
        SpanData process = one(spans, "process " + subject);
        assertThat(publish.getParentSpanId())
                .isEqualTo(one(spans, "publish " + subject).getSpanId());
        assertThat(linksOf(process)).containsExactly(publish.getSpanId());
        assertThat(process.getParentSpanId())
                .as("the library's process span is around ours")
                .isEqualTo(one(spans, subject + " process").getSpanId());
    }

    @Test
    void inside_the_library_its_publish_span_goes_out_and_ours_links_to_it(NatsClients nats) {
        Connection connection = theirs.wrap(ours.wrap(nats.connection()));
        publishAndHandle(connection, connection);

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData theirPublish = one(spans, subject + " publish");
        SpanData ourPublish = one(spans, "publish " + subject);
        assertThat(ourPublish.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(linksOf(ourPublish)).containsExactly(theirPublish.getSpanId());
        assertThat(linksOf(one(spans, "process " + subject))).containsExactly(theirPublish.getSpanId());
    }

    @Test
    void over_the_library_s_dispatchers_our_process_span_is_below_its_own_and_linked(NatsClients nats)
            throws Exception {
        Connection tracing = Nats.connect(theirs.configure(nats.options()).build());
        nats.onClose(() -> {
            try {
                tracing.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        publishAndHandle(ours.wrap(nats.connection()), ours.wrap(tracing));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, "process " + subject);
        assertThat(linksOf(process))
                .containsExactly(one(spans, "publish " + subject).getSpanId());
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, subject + " process").getSpanId());
    }

    @Test
    void a_stream_s_message_of_the_library_carries_no_context_and_is_handled_without_a_link(NatsClients nats)
            throws Exception {
        nats.stream(subject);
        theirs.wrap(nats.connection()).jetStream().publish(subject, body("chair"));
        Message message = ours.wrap(nats.connection())
                .jetStream()
                .subscribe(
                        subject,
                        PullSubscribeOptions.builder().durable("billing").build())
                .fetch(1, PATIENCE)
                .get(0);
        ours.messages().process(message, Message::ack);

        assertThat(linksOf(one(otel.awaitSpans(2), "process " + subject))).isEmpty();
    }
}
