package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.Headers.assertCarries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyCarrier;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which headers a sent message has: nothing stale, nothing half, nothing that does not fit. */
class InjectionTest {

    private static final int TRACEPARENT_SIZE = "traceparent".length() + 55;

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void stale_headers_go_in_every_spelling_and_form() {
        ToyMessage sent = queue.send(ToyMessage.to("orders")
                .header("traceparent", TRACEPARENT, TRACEPARENT)
                .header("TraceParent", TRACEPARENT)
                .header("TRACESTATE", "a=1")
                .header("Baggage", "a=1")
                .header("b3", "0")
                .header("X-B3-TraceId", Headers.TRACE_ID)
                .header("X-B3-SpanId", Headers.SPAN_ID)
                .header("x-b3-parentspanid", Headers.SPAN_ID)
                .header("X-B3-Sampled", "1")
                .header("X-B3-Flags", "1")
                .header("content-type", "text/plain"));

        assertThat(sent.headers()).containsOnlyKeys("traceparent", "content-type");
        assertCarries(sent, recorded.span("send orders"));
    }

    @Test
    void stale_headers_of_a_propagator_that_writes_a_header_per_baggage_entry_go_too() {
        RecordedTelemetry prefixed = RecordedTelemetry.withPropagator(new PrefixPropagator());
        ToyQueue prefixQueue = new ToyQueue(prefixed.messaging());
        ToyMessage message = ToyMessage.to("orders")
                .header("ctx-baggage-old", "1")
                .header("CTX-Baggage-Other", "2")
                .header("ctx-trace", Headers.TRACE_ID + ":" + Headers.SPAN_ID)
                .header("ctx-other", "stays");
        ToyMessage sent;
        try (Scope scope =
                Context.root().with(Baggage.builder().put("new", "3").build()).makeCurrent()) {
            sent = prefixQueue.send(message);
        }

        assertThat(sent.headers()).containsOnlyKeys("ctx-trace", "ctx-baggage-new", "ctx-other");
        assertThat(sent.headers().get("ctx-trace").get(0)).doesNotContain(Headers.TRACE_ID);
    }

    @Test
    void baggage_in_a_header_per_entry_is_limited_to_8192_bytes_in_all() {
        RecordedTelemetry prefixed = RecordedTelemetry.withPropagator(new PrefixPropagator());
        Baggage baggage = Baggage.builder()
                .put("a", "x".repeat(4_200))
                .put("b", "y".repeat(4_200))
                .build();
        ToyMessage sent;
        try (Scope scope = Context.root().with(baggage).makeCurrent()) {
            sent = new ToyQueue(prefixed.messaging()).send(ToyMessage.to("orders"));
        }

        assertThat(sent.headers()).hasSize(2).containsKey("ctx-trace");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "2, 2", "3, 3", "10, 3"})
    void headers_go_in_order_of_worth_as_far_as_slots_reach(int slots, int written) {
        Map<String, List<String>> headers = injectWithEverything(Long.MAX_VALUE, slots, new LinkedHashMap<>());

        assertThat(headers.keySet()).isEqualTo(firstOf(written));
    }

    @Test
    void headers_go_in_order_of_worth_as_far_as_bytes_reach() {
        int traceState = "tracestate".length() + "a=1".length();
        int baggage = "baggage".length() + "k=v".length();

        assertThat(written(TRACEPARENT_SIZE - 1)).isEqualTo(firstOf(0));
        assertThat(written(TRACEPARENT_SIZE)).isEqualTo(firstOf(1));
        assertThat(written(TRACEPARENT_SIZE + traceState)).isEqualTo(firstOf(2));
        assertThat(written(TRACEPARENT_SIZE + traceState + baggage - 1)).isEqualTo(firstOf(2));
        assertThat(written(TRACEPARENT_SIZE + traceState + baggage)).isEqualTo(firstOf(3));
    }

    @Test
    void stale_headers_make_room_for_new_ones() {
        Map<String, List<String>> headers = ToyMessage.to("orders")
                .header("traceparent", TRACEPARENT)
                .header("content-type", "x")
                .headers();

        assertThat(injectWithEverything(0, 2, headers).keySet())
                .containsExactlyInAnyOrder("content-type", "traceparent");
    }

    @Test
    void stale_headers_make_room_where_only_the_number_of_headers_is_limited() {
        Map<String, List<String>> headers = ToyMessage.to("orders")
                .header("traceparent", TRACEPARENT)
                .header("baggage", "old=" + "x".repeat(500))
                .header("content-type", "x")
                .headers();

        assertThat(injectWithEverything(Long.MAX_VALUE, 2, headers).get("traceparent"))
                .isNotNull()
                .isNotEqualTo(List.of(TRACEPARENT));
    }

    @Test
    void message_too_full_for_a_context_is_counted_as_skipped() {
        MessageSpan span = queue.sender().start(ToyMessage.to("orders"));
        boolean done = queue.sender().inject(span, new LinkedHashMap<>(), 10, 10);
        span.close();

        assertThat(done).isFalse();
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isOne();
        assertThat(recorded.count("messaging.client.sent.messages")).isOne();
    }

    @Test
    void message_sent_bare_after_all_is_counted_as_skipped() {
        MessageSpan span = queue.sender().start(ToyMessage.to("orders"));
        assertThat(queue.sender().inject(span, new LinkedHashMap<>())).isTrue();
        queue.sender().withdraw(span);
        span.close();

        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isOne();
        assertThat(recorded.count("linkspan.propagation.injected")).isOne();
    }

    @Test
    void header_that_the_broker_refuses_is_left_out_alone() {
        ToyMessage sent = refusing("tracestate");

        assertThat(sent.headers().keySet()).containsExactlyInAnyOrder("traceparent", "baggage");
        assertThat(recorded.count("linkspan.propagation.rejected", "linkspan.reason", "refused"))
                .isOne();
    }

    @Test
    void message_goes_bare_if_the_broker_refuses_the_trace_context_itself() {
        assertThat(refusing("traceparent").headers()).isEmpty();
    }

    private ToyMessage refusing(String refused) {
        ToyCarrier carrier = new ToyCarrier() {
            @Override
            public boolean accepts(String name, String value) {
                return !name.equals(refused);
            }
        };
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            public HeaderCarrier<Map<String, List<String>>> carrier() {
                return carrier;
            }
        };
        try (Scope scope = everything().makeCurrent()) {
            return new ToyQueue(recorded.messaging(), adapter, ClientFacts.NONE).send(ToyMessage.to("orders"));
        }
    }

    private java.util.Set<String> written(int maxBytes) {
        return injectWithEverything(maxBytes, 10, new LinkedHashMap<>()).keySet();
    }

    private Map<String, List<String>> injectWithEverything(
            long maxBytes, int maxHeaders, Map<String, List<String>> headers) {
        try (Scope scope = everything().makeCurrent()) {
            MessageSpan span = queue.sender().start(ToyMessage.to("orders"));
            boolean done = queue.sender().inject(span, headers, maxBytes, maxHeaders);
            span.close();
            return done ? headers : Map.of();
        }
    }

    private static Context everything() {
        SpanContext parent = SpanContext.create(
                Headers.TRACE_ID,
                Headers.SPAN_ID,
                io.opentelemetry.api.trace.TraceFlags.getSampled(),
                io.opentelemetry.api.trace.TraceState.builder().put("a", "1").build());
        return Context.root()
                .with(Span.wrap(parent))
                .with(Baggage.builder().put("k", "v").build());
    }

    private static java.util.Set<String> firstOf(int count) {
        return new java.util.LinkedHashSet<>(
                List.of("traceparent", "tracestate", "baggage").subList(0, count));
    }

    /** Writes a header per baggage entry and says nothing of them, as Jaeger's and OpenTracing's propagators do. */
    private static final class PrefixPropagator implements TextMapPropagator {

        @Override
        public List<String> fields() {
            return List.of("ctx-trace");
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            SpanContext span = Span.fromContext(context).getSpanContext();
            setter.set(carrier, "ctx-trace", span.getTraceId() + ":" + span.getSpanId());
            Baggage.fromContext(context)
                    .forEach((key, entry) -> setter.set(carrier, "ctx-baggage-" + key, entry.getValue()));
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return context;
        }
    }
}
