package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.Headers.carried;
import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tracing off, propagation off, no SDK at all: messages go through as without Linkspan. */
class KillSwitchTest {

    private static final ToyMessage FORWARDED =
            ToyMessage.to("orders").header("traceparent", TRACEPARENT).header("tracestate", "a=1");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue untraced = new ToyQueue(recorded.messaging(policy -> policy.tracing(false)));
    private final ToyQueue silent = new ToyQueue(recorded.messaging(policy -> policy.propagation(false)));

    @Test
    void with_tracing_off_no_span_is_made_and_metrics_are_recorded_all_the_same() {
        exercise(untraced);

        assertThat(recorded.spans()).isEmpty();
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(3);
        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(3);
        assertThat(recorded.metric("messaging.process.duration")
                        .getHistogramData()
                        .getPoints())
                .isNotEmpty();
    }

    @Test
    void with_tracing_off_messages_carry_the_current_span() {
        Span current = recorded.startSpan("current");
        List<ToyMessage> sent;
        try (Scope scope = current.makeCurrent()) {
            sent = List.of(
                    untraced.send(ToyMessage.to("orders")),
                    untraced.sendAll(List.of(ToyMessage.to("orders"))).get(0),
                    untraced.send(FORWARDED));
        }

        assertThat(sent).allSatisfy(message -> assertThat(carried(message)).isEqualTo(id(current.getSpanContext())));
    }

    @Test
    void with_tracing_off_the_current_span_stays_current() {
        Span current = recorded.startSpan("current");
        try (Scope scope = current.makeCurrent()) {
            for (MessageSpan handle : List.of(
                    untraced.sender().start(FORWARDED),
                    untraced.sender().startBatch(List.of(FORWARDED)),
                    untraced.messages().start(FORWARDED),
                    untraced.messages().startBatch(List.of(FORWARDED)),
                    untraced.messages().startSettleAt("ack", "orders"))) {
                assertThat(Span.fromContext(handle.context())).isSameAs(current);
                handle.close();
            }
        }
    }

    @Test
    void with_tracing_off_and_no_current_span_headers_stay_exactly_as_they_were() {
        assertThat(untraced.send(FORWARDED)).isSameAs(FORWARDED);
        assertThat(untraced.send(ToyMessage.to("orders")).headers()).isEmpty();
    }

    @Test
    void with_tracing_off_no_link_is_left_out_for_there_is_no_span_to_have_it() {
        ToyQueue batches = new ToyQueue(recorded.messaging(
                policy -> policy.tracing(false).createSpans(false).maxLinks(1)));
        batches.sendAll(List.of(
                ToyMessage.to("orders").header("traceparent", Headers.traceparent(1, true)),
                ToyMessage.to("orders").header("traceparent", Headers.traceparent(2, true))));
        batches.messages().startBatch(batches.poll()).close();

        assertThat(recorded.count("linkspan.links.left_out")).isZero();
    }

    @Test
    void with_tracing_off_baggage_still_reaches_the_handler() {
        Baggage seen =
                untraced.messages().call(ToyMessage.to("orders").header("baggage", "a=1"), m -> Baggage.current());

        assertThat(seen.getEntryValue("a")).isEqualTo("1");
    }

    @Test
    void with_propagation_off_headers_are_neither_written_nor_read() {
        assertThat(silent.send(FORWARDED)).isSameAs(FORWARDED);
        assertThat(silent.sendAll(List.of(FORWARDED, FORWARDED)))
                .allSatisfy(message -> assertThat(message).isSameAs(FORWARDED));
        Baggage seen = silent.messages().call(FORWARDED.header("baggage", "a=1"), message -> Baggage.current());
        silent.messages().startBatch(List.of(FORWARDED)).close();
        silent.poll();

        assertThat(seen.isEmpty()).isTrue();
        assertThat(recorded.spans())
                .isNotEmpty()
                .allSatisfy(span -> assertThat(links(span)).isEmpty());
        assertThat(recorded.counter("linkspan.propagation.extracted")).isEmpty();
        assertThat(recorded.counter("linkspan.propagation.injected")).isEmpty();
    }

    @Test
    void with_propagation_off_send_spans_are_client_spans_and_batches_make_no_create_spans() {
        silent.send(FORWARDED);
        silent.sendAll(List.of(FORWARDED, FORWARDED));

        assertThat(recorded.spans()).hasSize(2).allMatch(span -> span.getKind() == SpanKind.CLIENT);
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(3);
    }

    @Test
    void with_propagation_off_a_create_span_is_still_a_producer_span() {
        silent.create(ToyMessage.to("orders"));

        assertThat(recorded.span("create orders").getKind()).isEqualTo(SpanKind.PRODUCER);
    }

    @Test
    void with_propagation_off_payloads_stay_as_they_were() {
        Map<String, Object> payload = new HashMap<>();
        try (Scope scope = recorded.startSpan("current").makeCurrent()) {
            boolean written =
                    recorded.messaging(policy -> policy.propagation(false)).inject(PayloadCarrier.ofMap(), payload);
            assertThat(written).isFalse();
        }

        assertThat(payload).isEmpty();
    }

    @Test
    void switches_hold_for_the_destination_they_are_set_for() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy("secret", policy -> policy.tracing(false).propagation(false))
                .build();
        ToyQueue queue = new ToyQueue(messaging);
        queue.send(ToyMessage.to("secret"));
        queue.send(ToyMessage.to("orders"));

        assertThat(recorded.names()).containsExactly("send orders");
        assertThat(queue.take().headers()).isEmpty();
        assertThat(queue.take().headers()).containsOnlyKeys("traceparent");
    }

    @Test
    void no_telemetry_at_all_leaves_messages_and_handlers_alone() {
        ToyQueue queue = new ToyQueue(MessagingTelemetry.create(OpenTelemetry.noop()));

        assertThat(queue.send(FORWARDED)).isSameAs(FORWARDED);
        exercise(queue);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void no_telemetry_at_all_asks_for_nothing_of_a_message() {
        AtomicInteger asked = new AtomicInteger();
        ToyAdapter counting = new ToyAdapter() {
            @Override
            public String destination(ToyMessage message) {
                asked.incrementAndGet();
                return super.destination(message);
            }

            @Override
            public Map<String, List<String>> headers(ToyMessage message) {
                asked.incrementAndGet();
                return super.headers(message);
            }
        };
        ToyQueue queue = new ToyQueue(MessagingTelemetry.create(OpenTelemetry.noop()), counting, ClientFacts.NONE);
        queue.send(FORWARDED);
        queue.messages()
                .process(FORWARDED, message -> assertThat(Context.current()).isSameAs(Context.root()));
        queue.messages().received(List.of(FORWARDED), System.nanoTime());

        assertThat(asked).hasValue(0);
    }

    @Test
    void disabled_sdk_with_working_propagators_leaves_headers_as_they_were() {
        ToyQueue queue = new ToyQueue(MessagingTelemetry.create(disabledSdk()));

        assertThat(queue.send(FORWARDED)).isSameAs(FORWARDED);
        assertThat(queue.send(ToyMessage.to("orders")).headers()).isEmpty();
        exercise(queue);
    }

    @Test
    void disabled_sdk_still_hands_on_a_context_that_came_from_outside() {
        ToyQueue queue = new ToyQueue(MessagingTelemetry.create(disabledSdk()));
        Span remote = Span.wrap(io.opentelemetry.api.trace.SpanContext.createFromRemoteParent(
                Headers.TRACE_ID,
                Headers.SPAN_ID,
                io.opentelemetry.api.trace.TraceFlags.getSampled(),
                io.opentelemetry.api.trace.TraceState.getDefault()));
        try (Scope scope = remote.makeCurrent()) {
            assertThat(carried(queue.send(ToyMessage.to("orders")))).isEqualTo(ORIGIN);
        }
    }

    private static OpenTelemetry disabledSdk() {
        return OpenTelemetry.propagating(ContextPropagators.create(RecordedTelemetry.W3C));
    }

    private static void exercise(ToyQueue queue) {
        queue.create(ToyMessage.to("orders"));
        queue.send(ToyMessage.to("orders"));
        queue.sendAll(List.of(ToyMessage.to("orders"), ToyMessage.to("orders")));
        List<ToyMessage> polled = queue.poll();
        boolean[] handled = {false};
        queue.messages().process(polled.get(0), message -> handled[0] = true);
        assertThat(handled[0]).isTrue();
        queue.messages().startBatch(polled).close();
        queue.messages().startSettleAt("ack", "orders").close();
    }
}
