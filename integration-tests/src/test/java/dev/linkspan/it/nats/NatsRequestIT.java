package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.TestClients.await;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.propagation.Relation;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamStatusException;
import io.nats.client.Message;
import io.nats.client.Options;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request and reply. */
@ExtendWith(NatsExtension.class)
class NatsRequestIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AttributeKey<String> CONVERSATION =
            AttributeKey.stringKey("messaging.message.conversation_id");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        subject = nats.uniqueName();
    }

    /** Replies to each message with its body. */
    private void reply(NatsClients nats) {
        Connection replying = telemetry.wrap(nats.connection());
        replying.createDispatcher(question -> replying.publish(question.getReplyTo(), question.getData()))
                .subscribe(subject);
        NatsClients.flush(replying);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_request_lasts_until_its_reply_and_the_responder_links_to_it(boolean oldStyle, NatsClients nats)
            throws Exception {
        reply(nats);
        Options.Builder options = oldStyle ? nats.options().oldRequestStyle() : nats.options();
        Connection asking = telemetry.wrap(nats.connection(options));

        Message reply = asking.request(subject, body("what?"), PATIENCE);

        assertThat(textOf(reply)).isEqualTo("what?");
        List<SpanData> spans = otel.awaitSpans(3);
        SpanData request = one(spans, "request " + subject);
        SpanData process = one(spans, "process " + subject);
        SpanData answer = one(spans, "publish _INBOX");
        assertThat(linksOf(process)).containsExactly(request.getSpanId());
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(answer.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(request.getEndEpochNanos()).isGreaterThanOrEqualTo(answer.getStartEpochNanos());
        assertThat(List.of(request, process, answer))
                .extracting(span -> span.getAttributes().get(CONVERSATION))
                .containsOnly(reply.getSubject());
        otel.assertThatSpans()
                .propagates(subject)
                .followsConventions()
                .hasOnlySpans("request " + subject, "process " + subject, "publish _INBOX");
    }

    @Test
    void an_asynchronous_request_ends_with_its_reply(NatsClients nats) {
        reply(nats);
        Connection asking = telemetry.wrap(nats.connection());

        assertThat(textOf(await(asking.request(subject, body("what?"))))).isEqualTo("what?");
        assertThat(textOf(await(asking.requestWithTimeout(subject, body("and?"), PATIENCE))))
                .isEqualTo("and?");

        List<SpanData> spans = otel.awaitSpans(6);
        assertThat(named(spans, "request " + subject)).hasSize(2);
        assertThat(named(spans, "process " + subject))
                .extracting(process -> linksOf(process).get(0))
                .containsExactlyInAnyOrderElementsOf(named(spans, "request " + subject).stream()
                        .map(SpanData::getSpanId)
                        .toList());
    }

    @Test
    void a_responder_can_be_the_request_s_child_by_policy(NatsClients nats) throws Exception {
        telemetry = NatsTelemetry.builder(otel.openTelemetry())
                .policy(subject, policy -> policy.relation(Relation.PARENT))
                .build();
        reply(nats);
        telemetry.wrap(nats.connection()).request(subject, body("what?"), PATIENCE);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData request = one(spans, "request " + subject);
        assertThat(one(spans, "process " + subject).getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(one(spans, "publish _INBOX").getTraceId()).isEqualTo(request.getTraceId());
    }

    @Test
    void a_request_that_nobody_answers_is_an_error_and_what_the_client_makes_of_it(NatsClients nats) throws Exception {
        Connection asking = telemetry.wrap(nats.connection());

        assertThat(asking.request(subject, body("what?"), PATIENCE)).isNull();
        CompletableFuture<Message> future = asking.request(subject, body("what?"));
        assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
        assertThat(future.isCancelled()).isTrue();

        assertThat(otel.awaitSpans(2))
                .extracting(span -> span.getAttributes().get(ERROR_TYPE))
                .containsExactly("no_reply", CancellationException.class.getName());
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void a_request_that_nobody_answers_can_be_reported(NatsClients nats) {
        Connection asking = telemetry.wrap(nats.connection(nats.options().reportNoResponders()));
        CompletableFuture<Message> future = asking.request(subject, body("what?"));

        assertThatThrownBy(future::get).hasCauseInstanceOf(JetStreamStatusException.class);
        assertThat(one(otel.awaitSpans(1), "request " + subject).getAttributes().get(ERROR_TYPE))
                .isEqualTo(JetStreamStatusException.class.getName());
    }

    @Test
    void a_failure_that_newer_clients_return_as_a_message_names_its_reason(NatsClients nats) throws Exception {
        Properties advanced = new Properties();
        advanced.setProperty("io.nats.client.advanced.request.behavior", "true");
        advanced.setProperty(Options.PROP_URL, nats.url());
        Connection asking = telemetry.wrap(nats.connection(new Options.Builder(advanced).connectionTimeout(PATIENCE)));

        Message reply = asking.request(subject, body("what?"), PATIENCE);

        String reason = reply == null ? "no_reply" : "no_responders";
        assertThat(one(otel.awaitSpans(1), "request " + subject).getAttributes().get(ERROR_TYPE))
                .isEqualTo(reason);
    }

    @Test
    void cancelling_a_request_cancels_the_client_s_own_future(NatsClients nats) {
        Connection asking = telemetry.wrap(nats.connection());
        Connection silent = nats.connection();
        silent.createDispatcher(question -> {}).subscribe(subject);
        NatsClients.flush(silent);
        CompletableFuture<Message> future = asking.request(subject, body("what?"));

        assertThat(future.getClass().getName()).startsWith("io.nats.client");
        assertThat(future.cancel(true)).isTrue();
        assertThat(one(otel.awaitSpans(1), "request " + subject).getAttributes().get(ERROR_TYPE))
                .isEqualTo(CancellationException.class.getName());
    }

    @Test
    void a_request_under_way_is_below_the_span_that_made_it(NatsClients nats) throws Exception {
        reply(nats);
        Connection asking = telemetry.wrap(nats.connection());
        String other = nats.uniqueName();
        asking.createDispatcher(message -> asking.request(subject, body("what?"), PATIENCE))
                .subscribe(other);
        asking.publish(other, body("ask"));

        List<SpanData> spans = otel.awaitSpans(5);
        assertThat(one(spans, "request " + subject).getParentSpanId())
                .isEqualTo(one(spans, "process " + other).getSpanId());
        assertThat(spans).hasSize(5);
    }
}
