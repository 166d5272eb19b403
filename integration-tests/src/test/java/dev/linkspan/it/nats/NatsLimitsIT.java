package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server does not take goes without context, and is counted. */
@ExtendWith(NatsExtension.class)
class NatsLimitsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TRACEPARENT = 81;
    private static final int MAX_HEADERS = 65_535;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection connection;
    private Connection bare;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        bare = nats.connection();
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
    }

    @Test
    void a_message_of_exactly_the_server_s_limit_arrives_and_one_that_has_room_carries_its_context() throws Exception {
        int maxPayload = (int) connection.getMaxPayload();
        Subscription subscription = bare.subscribe(subject);
        NatsClients.flush(bare);
        connection.publish(subject, new byte[maxPayload]);
        connection.publish(subject, new byte[maxPayload - TRACEPARENT + 1]);
        connection.publish(subject, new byte[maxPayload - TRACEPARENT]);

        assertThat(subscription.nextMessage(PATIENCE).hasHeaders()).isFalse();
        assertThat(subscription.nextMessage(PATIENCE).hasHeaders()).isFalse();
        Message last = subscription.nextMessage(PATIENCE);
        assertThat(last.getData()).hasSize(maxPayload - TRACEPARENT);
        assertThat(last.getHeaders().getFirst("traceparent"))
                .contains(otel.awaitSpans(3).get(2).getSpanId());
        assertThat(injections()).containsOnly(Map.entry("skipped", 2L), Map.entry("injected", 1L));
    }

    @Test
    void a_message_that_is_too_large_fails_as_it_would_bare() {
        byte[] tooLarge = new byte[(int) connection.getMaxPayload() + 1];
        Throwable[] thrown = new Throwable[2];
        assertThatThrownBy(() -> bare.publish(subject, tooLarge)).satisfies(each -> thrown[0] = each);
        assertThatThrownBy(() -> connection.publish(subject, tooLarge)).satisfies(each -> thrown[1] = each);

        assertThat(thrown[1]).hasSameClassAs(thrown[0]).hasMessage(thrown[0].getMessage());
    }

    @Test
    void a_stream_s_limit_of_headers_is_kept(NatsClients nats) throws Exception {
        nats.stream(subject);
        // the frame of the headers, a name, a colon and a line's end
        Headers headers = new Headers().add("tenant", "x".repeat(MAX_HEADERS - 12 - "tenant".length() - 3));
        assertThat(headers.serializedLength()).isEqualTo(MAX_HEADERS);
        assertThatThrownBy(
                        () -> bare.jetStream().publish(subject, new Headers(headers).add("a", "b"), body("too much")))
                .isInstanceOf(JetStreamApiException.class);

        connection.jetStream().publish(subject, headers, body("chair"));

        JetStreamSubscription subscription = bare.jetStream()
                .subscribe(
                        subject,
                        PullSubscribeOptions.builder().durable("billing").build());
        assertThat(subscription.fetch(1, PATIENCE))
                .singleElement()
                .satisfies(message -> assertThat(message.getHeaders().keySet()).containsExactly("tenant"));
        assertThat(injections()).containsOnly(Map.entry("skipped", 1L));
    }

    @Test
    void options_of_jetstream_that_become_headers_are_counted(NatsClients nats) throws Exception {
        nats.stream(subject);
        int maxPayload = (int) connection.getMaxPayload();
        PublishOptions options = PublishOptions.builder()
                .messageId("x".repeat(500))
                .expectedLastSequence(0)
                .build();
        // with the options alone it fits
        int optionsSize = new Headers()
                .add("Nats-Msg-Id", "x".repeat(500))
                .add("Nats-Expected-Last-Sequence", "0")
                .serializedLength();

        connection.jetStream().publish(subject, new byte[maxPayload - optionsSize], options);

        assertThat(injections()).containsOnly(Map.entry("skipped", 1L));
    }

    @Test
    void a_server_without_headers_gets_messages_as_they_are(NatsClients nats) throws Exception {
        try (NatsServerWithoutHeaders old = new NatsServerWithoutHeaders()) {
            Connection wrapped = telemetry.wrap(nats.connection(new Options.Builder()
                    .server(old.url())
                    .connectionTimeout(PATIENCE)
                    .noReconnect()));
            Subscription subscription = wrapped.subscribe("orders");
            wrapped.publish("orders", body("chair"));

            assertThat(old.published().poll(30, TimeUnit.SECONDS)).matches("PUB orders +5");
            Message message = subscription.nextMessage(PATIENCE);
            telemetry
                    .messages()
                    .process(message, handled -> assertThat(textOf(handled)).isEqualTo("chair"));
            wrapped.close();
        }

        assertThat(linksOf(one(otel.awaitSpans(3), "process orders"))).isEmpty();
        assertThat(injections()).containsOnly(Map.entry("skipped", 1L));
    }

    @Test
    void twenty_thousand_publishes_may_share_their_headers() throws Exception {
        int messages = 20_000;
        Subscription subscription = bare.subscribe(subject);
        subscription.setPendingLimits(messages, -1);
        NatsClients.flush(bare);
        Headers shared = new Headers().add("tenant", "blue", "green");
        for (int i = 0; i < messages; i++) {
            connection.publish(subject, shared, body("chair"));
        }

        Set<String> contexts = new HashSet<>();
        for (int i = 0; i < messages; i++) {
            Headers headers = subscription.nextMessage(PATIENCE).getHeaders();
            assertThat(headers.get("tenant")).containsExactly("blue", "green");
            assertThat(headers.get("traceparent")).hasSize(1);
            contexts.add(headers.getFirst("traceparent"));
        }
        assertThat(contexts).hasSize(messages);
        assertThat(shared.keySet()).containsExactly("tenant");
        otel.awaitSpans(messages);
    }

    private static Map<String, Long> injections() {
        Map<String, Long> outcomes = new HashMap<>();
        otel.metrics().stream()
                .filter(metric -> metric.getName().equals("linkspan.propagation.injected"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .forEach((LongPointData point) -> outcomes.merge(
                        point.getAttributes().get(AttributeKey.stringKey("linkspan.outcome")),
                        point.getValue(),
                        Long::sum));
        return outcomes;
    }
}
