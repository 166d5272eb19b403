package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.TestClients.await;
import static dev.linkspan.it.nats.NatsBodies.body;
import static dev.linkspan.it.nats.NatsBodies.textOf;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.HostileValues;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One hop of core NATS: from a wrapped connection over the server to another's handler. */
@ExtendWith(NatsExtension.class)
class NatsPropagationIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private NatsTelemetry telemetry;
    private Connection publishing;
    private Connection subscribing;
    private String subject;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        publishing = telemetry.wrap(nats.connection());
        subscribing = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
    }

    private void handle(MessageHandler handler) {
        subscribing.createDispatcher(handler).subscribe(subject);
        NatsClients.flush(subscribing);
    }

    @Test
    void a_message_is_handled_in_a_trace_of_its_own_that_links_to_its_publisher() {
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        handle(handled::add);
        publishing.publish(subject, body("chair"));

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData publish = one(spans, "publish " + subject);
        SpanData process = one(spans, "process " + subject);
        assertThat(publish.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(process)).containsExactly(publish.getSpanId());
        assertThat(handled)
                .singleElement()
                .satisfies(message -> assertThat(textOf(message)).isEqualTo("chair"));
        otel.assertThatSpans().propagates(subject).followsConventions();
        otel.assertThatMetrics().followsConventions();
    }

    @Test
    void both_queue_groups_link_to_the_one_publish_span_and_are_named() {
        for (String group : List.of("billing", "shipping")) {
            subscribing.createDispatcher(message -> {}).subscribe(subject, group);
        }
        NatsClients.flush(subscribing);
        publishing.publish(subject, body("chair"));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, "publish " + subject);
        assertThat(named(spans, "process " + subject))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(publish.getSpanId()))
                .extracting(
                        process -> process.getAttributes().get(AttributeKey.stringKey("messaging.consumer.group.name")))
                .containsExactlyInAnyOrder("billing", "shipping");
    }

    @Test
    void a_message_that_is_asked_for_is_a_receive_span_and_then_a_process_span() throws Exception {
        Subscription subscription = subscribing.subscribe(subject);
        NatsClients.flush(subscribing);
        publishing.publish(subject, body("chair"));

        telemetry.messages().process(subscription.nextMessage(PATIENCE), message -> {});

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, "publish " + subject);
        assertThat(linksOf(one(spans, "receive " + subject))).containsExactly(publish.getSpanId());
        assertThat(linksOf(one(spans, "process " + subject))).containsExactly(publish.getSpanId());
        otel.assertThatSpans().propagates(subject);
        otel.assertThatMetrics().hasConsumed(subject, 1).hasSent(subject, 1);
    }

    @Test
    void a_message_without_context_is_handled_and_links_to_nothing(NatsClients nats) {
        handle(message -> {});
        nats.connection().publish(subject, body("bare"));

        assertThat(linksOf(one(otel.awaitSpans(1), "process " + subject))).isEmpty();
    }

    /** What a header of NATS can hold and keeps: text, without blanks at its ends. */
    static Stream<String> hostile() {
        return HostileValues.traceparents()
                .map(value -> new String(value, ISO_8859_1))
                .filter(value -> value.chars().allMatch(c -> c >= ' ' && c < 127) && value.equals(value.trim()));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void a_hostile_traceparent_gives_a_handled_message_and_no_link(String value, NatsClients nats) {
        BlockingQueue<Message> handled = new LinkedBlockingQueue<>();
        handle(handled::add);
        nats.connection()
                .publish(
                        subject,
                        new Headers()
                                .add("traceparent", value)
                                .add("tracestate", value)
                                .add("baggage", value),
                        body("hostile"));

        assertThat(linksOf(one(otel.awaitSpans(1), "process " + subject))).isEmpty();
        assertThat(handled).hasSize(1);
    }

    @Test
    void names_of_headers_are_read_in_any_case(NatsClients nats) {
        handle(message -> {});
        for (String name : List.of("Traceparent", "TRACEPARENT")) {
            nats.connection()
                    .publish(
                            subject,
                            new Headers().add(name, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                            body("chair"));
        }

        assertThat(otel.awaitSpans(2))
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly("b7ad6b7169203331"));
    }

    @Test
    void baggage_reaches_the_handler() {
        CompletableFuture<String> tenant = new CompletableFuture<>();
        handle(message -> tenant.complete(Baggage.current().getEntryValue("tenant")));
        try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
            publishing.publish(subject, body("chair"));
        }

        assertThat(await(tenant)).isEqualTo("blue");
        otel.awaitSpans(2);
    }

    @Test
    void a_message_that_is_handed_to_a_pool_is_one_process_span_on_the_pool_s_thread() {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            handle(telemetry.handOff(
                    message -> pool.execute(() -> telemetry.messages().process(message, handled -> {}))));
            for (int i = 0; i < 10; i++) {
                publishing.publish(subject, body("chair " + i));
            }

            assertThat(named(otel.awaitSpans(20), "process " + subject))
                    .hasSize(10)
                    .allSatisfy(process -> assertThat(process.getLinks()).hasSize(1));
        } finally {
            pool.shutdownNow();
        }
        otel.assertThatMetrics().hasConsumed(subject, 10);
    }

    @Test
    void a_message_forwarded_by_its_handler_links_hop_by_hop(NatsClients nats) {
        String next = nats.uniqueName();
        handle(message -> subscribing.publish(next, message.getHeaders(), message.getData()));
        subscribing.createDispatcher(message -> {}).subscribe(next);
        NatsClients.flush(subscribing);
        publishing.publish(subject, new Headers().add("tenant", "blue"), body("chair"));

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData forward = one(spans, "publish " + next);
        assertThat(forward.getParentSpanId())
                .isEqualTo(one(spans, "process " + subject).getSpanId());
        assertThat(linksOf(one(spans, "process " + next))).containsExactly(forward.getSpanId());
        otel.assertThatSpans().propagates(subject).propagates(next);
    }

    @Test
    void the_headers_of_a_received_message_stay_as_they_came() throws Exception {
        Subscription subscription = subscribing.subscribe(subject);
        NatsClients.flush(subscribing);
        publishing.publish(subject, new Headers().add("kind", "order"), body("chair"));
        Message message = subscription.nextMessage(PATIENCE);
        Headers before = new Headers(message.getHeaders());

        telemetry.messages().process(message, handled -> assertThat(handled).isSameAs(message));

        assertThat(message.getHeaders()).isEqualTo(before);
        otel.awaitSpans(3);
    }
}
