package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Context inside a payload. */
class PayloadCarrierTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessagingTelemetry messaging = recorded.messaging();

    /** A row of a table with the stored context in one column. */
    private record Row(@Nullable String context) {}

    private static final class RowAdapter implements MessageAdapter<Row, Map<String, Object>> {

        @Override
        public String instrumentationName() {
            return "dev.linkspan.rows";
        }

        @Override
        public String system() {
            return "outbox";
        }

        @Override
        public HeaderCarrier<Map<String, Object>> carrier() {
            return PayloadCarrier.ofMap();
        }

        @Override
        public Map<String, Object> headers(Row row) {
            return PayloadCarrier.fromJson(row.context());
        }

        @Override
        public String destination(Row row) {
            return "rows";
        }
    }

    @Test
    void stored_context_becomes_the_link_of_who_reads_it_later() {
        Span writer = recorded.startSpan("writer");
        Map<String, Object> context = new HashMap<>();
        try (Scope scope = writer.makeCurrent()) {
            assertThat(messaging.inject(PayloadCarrier.ofMap(), context)).isTrue();
        }
        Row row = new Row(PayloadCarrier.toJson(context));
        messaging.tracer(new RowAdapter(), ClientFacts.NONE, true).process(row, r -> {});

        assertThat(RecordedTelemetry.links(recorded.span("process rows")))
                .containsExactly(RecordedTelemetry.id(writer.getSpanContext()));
    }

    @Test
    void inject_leaves_other_entries_alone_and_replaces_a_stale_context() {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("order", 7);
        payload.put("lines", List.of("a"));
        payload.put("TraceParent", TRACEPARENT);
        payload.put("baggage", "old=1");
        payload.put(null, "nothing");
        try (Scope scope = recorded.startSpan("writer").makeCurrent()) {
            assertThat(messaging.inject(PayloadCarrier.ofMap(), payload)).isTrue();
        }

        assertThat(payload).containsOnlyKeys("order", "lines", "traceparent", null);
        assertThat(payload.get("order")).isEqualTo(7);
    }

    @Test
    void inject_without_a_current_context_leaves_the_payload_as_it_was() {
        Map<String, Object> payload = new HashMap<>(Map.of("traceparent", TRACEPARENT));

        assertThat(messaging.inject(PayloadCarrier.ofMap(), payload)).isFalse();
        assertThat(payload).isEqualTo(Map.of("traceparent", TRACEPARENT));
    }

    @Test
    void inject_into_a_read_only_payload_is_counted_and_stops_nothing() {
        try (Scope scope = recorded.startSpan("writer").makeCurrent()) {
            assertThat(messaging.inject(PayloadCarrier.ofMap(), Map.of("order", 7)))
                    .isFalse();
        }

        assertThat(recorded.errors("carrier.set")).isOne();
    }

    @Test
    void inject_honours_the_policy_for_baggage() {
        MessagingTelemetry strict = recorded.messaging(policy -> policy.outgoingBaggage(List.of("tenant")));
        Map<String, Object> payload = new HashMap<>();
        Baggage baggage = Baggage.builder().put("tenant", "a").put("user", "7").build();
        try (Scope scope =
                Context.root().with(recorded.startSpan("writer")).with(baggage).makeCurrent()) {
            strict.inject(PayloadCarrier.ofMap(), payload);
        }

        assertThat(payload).containsEntry("baggage", "tenant=a");
    }

    @Test
    void entries_that_are_no_text_count_as_absent() {
        Map<String, Object> payload = new HashMap<>();
        payload.put("traceparent", 7);
        payload.put("tracestate", List.of("a=1"));

        assertThat(PayloadCarrier.ofMap().get(payload, "traceparent", 256)).isNull();
        assertThat(PayloadCarrier.ofMap().get(payload, "tracestate", 256)).isNull();
        assertThat(PayloadCarrier.ofMap().get(payload, "baggage", 256)).isNull();
    }

    @Test
    void too_long_a_text_is_seen_to_be_too_long_wherever_it_is_cut() {
        PayloadCarrier carrier = PayloadCarrier.ofMap();

        assertThat(carrier.get(Map.of("k", "x".repeat(256)), "k", 256)).hasSize(256);
        assertThat(Text.utf8Length(carrier.get(Map.of("k", "x".repeat(1_000)), "k", 256)))
                .isEqualTo(257);
        assertThat(Text.utf8Length(carrier.get(Map.of("k", "x".repeat(256) + "\ud83d\ude00 x"), "k", 256)))
                .isGreaterThan(256);
        assertThat(carrier.get(Map.of("k", "x"), "k", Integer.MAX_VALUE)).isEqualTo("x");
    }
}
