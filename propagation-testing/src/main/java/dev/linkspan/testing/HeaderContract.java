package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What messages carry. */
@SuppressWarnings("MemberName") // tests are named as sentences
abstract class HeaderContract<O, M> extends HostileContract<O, M> {

    HeaderContract() {}

    @Test
    void context_that_a_message_still_carries_is_replaced_and_linked_to() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        send(message(
                destination,
                "forwarded",
                header("traceparent", Hostile.VALID),
                header("tracestate", "stale=1"),
                header("baggage", "stale=1"),
                header("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")));
        M message = receiveOne(destination);
        process(message);

        SpanNode send = onlySpanOf("send");
        assertThat(valuesOf(message, "traceparent"))
                .singleElement()
                .asString()
                .contains(send.data.getTraceId() + "-" + send.data.getSpanId());
        assertThat(describeHeaders(message)).noneMatch(header -> header.contains("stale") || header.startsWith("b3"));
        assertThat(send.data.getLinks())
                .singleElement()
                .satisfies(link -> assertThat(Hostile.VALID)
                        .contains(
                                link.getSpanContext().getTraceId(),
                                link.getSpanContext().getSpanId()));
        spans().propagates(destination);
    }

    @Test
    void message_forwarded_while_it_is_handled_keeps_the_chain_of_hops() throws Exception {
        connect();
        String first = client().uniqueDestination();
        String second = client().uniqueDestination();
        M message = sendAndReceive(first);
        tracer().process(message, handled -> client().send(copyTo(second, handled)));
        M forwarded = receiveOne(second);
        process(forwarded);

        assertThat(valuesOf(forwarded, "traceparent")).hasSize(1);
        spans().propagates(first).propagates(second).hasNoOrphans();
        List<SpanNode> spans = traces().spans();
        SpanNode handler = spans.stream()
                .filter(span -> "process".equals(span.operationType()) && !span.children.isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(handler.children).singleElement().matches(SpanNode::isCreator, "sends below the handler's span");
    }

    private O copyTo(String destination, M message) {
        return client().message(destination, client().body(message), new ArrayList<>(client().headers(message)));
    }

    @Test
    void caller_s_message_is_as_it_was_and_can_be_sent_again() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        O message = message(destination, "twice", header("tenant", "a"));
        String before = client().describe(message);
        send(message);
        assertThat(client().describe(message)).isEqualTo(before);
        send(message);
        assertThat(client().describe(message)).isEqualTo(before);

        List<M> received = receive(destination, 2);
        received.forEach(this::process);
        assertThat(valuesOf(received.get(0), "traceparent"))
                .hasSize(1)
                .isNotEqualTo(valuesOf(received.get(1), "traceparent"));
        spans().propagates(destination).destination(destination).hasProducerSpans(2);
    }

    @Test
    void headers_of_the_application_arrive_as_they_were() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        List<Map.Entry<String, byte[]>> headers = new ArrayList<>(List.of(header("tenant", "a")));
        Map.Entry<String, byte[]> blanks = header("Tenant2", " b ");
        if (client().carries(blanks.getKey(), blanks.getValue())) {
            headers.add(blanks);
        }
        byte[] binary = {0, (byte) 0xff, (byte) 0xfe, 1};
        if (client().carries("binary", binary)) {
            headers.add(Map.entry("binary", binary));
        }
        send(client().message(destination, "hello", headers));
        M message = receiveOne(destination);

        Map<String, byte[]> arrived = new TreeMap<>();
        client().headers(message).forEach(header -> arrived.put(header.getKey(), header.getValue()));
        headers.forEach(header ->
                assertThat(arrived.get(header.getKey())).as(header.getKey()).isEqualTo(header.getValue()));
    }

    @Test
    void received_message_is_not_written_to() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        List<String> before = describeHeaders(message);
        process(message);
        tracer().startBatch(List.of(message)).close();

        assertThat(describeHeaders(message)).isEqualTo(before);
    }

    @Test
    void baggage_reaches_the_handler_and_neither_the_receive_nor_the_caller() throws Exception {
        List<String> seen = new ArrayList<>();
        connect(settings -> settings.spanProcessor(new BaggageWitness(seen)), policy -> policy);
        String destination = client().uniqueDestination();
        try (Scope scope = Baggage.builder().put("tenant", "a").build().makeCurrent()) {
            send(message(destination, "hello"));
        }
        M message = receiveOne(destination);
        assertThat(Baggage.current().isEmpty()).isTrue();
        String inHandler = tracer().call(message, handled -> Baggage.current().getEntryValue("tenant"));
        String inBatch;
        var batch = tracer().startBatch(List.of(message));
        try (Scope scope = batch.makeCurrent()) {
            inBatch = Baggage.current().getEntryValue("tenant");
        }
        batch.close();

        assertThat(inHandler).isEqualTo("a");
        assertThat(inBatch).isNull();
        assertThat(seen).noneMatch(span -> span.startsWith("CLIENT a"));
    }

    /** Which baggage a span saw when it started. */
    private record BaggageWitness(List<String> seen) implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            seen.add(span.getKind() + " " + Baggage.fromContext(parent).getEntryValue("tenant"));
        }

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return false;
        }
    }

    @Test
    void any_propagator_works() throws Exception {
        connect(settings -> settings.propagator(new HomemadePropagator()), policy -> policy);
        String destination = client().uniqueDestination();
        try (Scope scope = Baggage.builder().put("tenant", "a").build().makeCurrent()) {
            send(message(
                    destination,
                    "hello",
                    header(HomemadePropagator.TRACE_FIELD, "stale"),
                    header(HomemadePropagator.BAGGAGE_PREFIX + "stale", "1")));
        }
        M message = receiveOne(destination);
        @Nullable
        String tenant = tracer().call(message, handled -> Baggage.current().getEntryValue("tenant"));

        assertThat(tenant).isEqualTo("a");
        assertThat(valuesOf(message, HomemadePropagator.TRACE_FIELD)).hasSize(1);
        assertThat(describeHeaders(message)).noneMatch(header -> header.contains("stale"));
        assertThat(valuesOf(message, "traceparent")).isEmpty();
        spans().propagates(destination);
    }

    @Test
    void without_propagation_headers_are_neither_written_nor_read() throws Exception {
        connect(policy -> policy.propagation(false));
        String destination = client().uniqueDestination();
        send(message(destination, "hello", header("traceparent", Hostile.VALID)));
        M message = receiveOne(destination);
        process(message);

        assertThat(describeHeaders(message)).containsExactly("traceparent=" + Hostile.VALID);
        spans().destination(destination).hasProcessSpans(1).and().hasAtMostLinks(0);
    }

    @Test
    void without_tracing_messages_carry_the_span_that_is_current() throws Exception {
        connect(policy -> policy.tracing(false));
        String destination = client().uniqueDestination();
        Span request = startSpan("request");
        try (Scope scope = request.makeCurrent()) {
            send(message(destination, "hello"));
        } finally {
            request.end();
        }
        M message = receiveOne(destination);
        process(message);

        assertThat(valuesOf(message, "traceparent"))
                .singleElement()
                .asString()
                .contains(request.getSpanContext().getTraceId() + "-"
                        + request.getSpanContext().getSpanId());
        spans().hasOnlySpans("request");
    }

    @Test
    void without_telemetry_messages_pass_as_they_are() throws Exception {
        connect(MessagingTelemetry.create(OpenTelemetry.noop()));
        String destination = client().uniqueDestination();
        send(message(destination, "hello", header("traceparent", Hostile.VALID), header("tenant", "a")));
        M message = receiveOne(destination);
        process(message);
        client().settle(destination, List.of(message));

        assertThat(describeHeaders(message)).containsExactlyInAnyOrder("traceparent=" + Hostile.VALID, "tenant=a");
    }
}
