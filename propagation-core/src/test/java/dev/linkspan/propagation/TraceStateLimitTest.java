package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tracestate is cut to 512 characters as W3C Trace Context says: whole entries, long ones first, then from the right. */
class TraceStateLimitTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void tracestate_of_512_characters_is_kept_as_it_is() {
        String whole = entries(8, 64);
        assertThat(whole).hasSize(512 + 7);
        String fits = whole.substring(0, 512);

        assertThat(FieldLimits.cutTraceState(fits)).isSameAs(fits);
    }

    @Test
    void entries_go_from_the_right() {
        assertThat(FieldLimits.cutTraceState(entries(10, 64))).isEqualTo(entries(7, 64));
    }

    @Test
    void entries_of_more_than_128_characters_go_first() {
        String longEntry = entry(99, 129);
        String cut = FieldLimits.cutTraceState(longEntry + "," + entries(7, 64));

        assertThat(cut).isEqualTo(entries(7, 64));
    }

    @Test
    void entries_of_128_characters_are_not_long() {
        String cut = FieldLimits.cutTraceState(entry(98, 128) + "," + entries(7, 64));

        assertThat(cut).isEqualTo(entry(98, 128) + "," + entries(5, 64));
    }

    @Test
    void long_entries_go_only_until_the_rest_fits_the_last_of_them_first() {
        String first = entry(1, 130);
        String second = entry(2, 130);
        String cut = FieldLimits.cutTraceState(first + "," + second + "," + entries(5, 64));

        assertThat(cut).isEqualTo(first + "," + entries(5, 64));
    }

    @ParameterizedTest
    @ValueSource(strings = {",", " ", "a", "="})
    void nothing_but_one_character_is_cut_to_nothing_much(String filler) {
        assertThat(FieldLimits.cutTraceState(filler.repeat(8_193))).hasSizeLessThanOrEqualTo(512);
    }

    @Test
    void consumer_links_with_the_tracestate_that_fits() {
        SpanData span = process(entries(10, 64));

        assertThat(links(span)).containsExactly(ORIGIN);
        assertThat(traceState(span).size()).isEqualTo(7);
        assertThat(rejected("oversized")).isOne();
    }

    @Test
    void tracestate_that_is_no_ascii_never_voids_the_link() {
        SpanData span = process("a=\u00e9");

        assertThat(links(span)).containsExactly(ORIGIN);
        assertThat(traceState(span).isEmpty()).isTrue();
        assertThat(rejected("malformed")).isOne();
    }

    @Test
    void malformed_tracestate_never_voids_the_link() {
        SpanData span = process("UPPER=1,,=,");

        assertThat(links(span)).containsExactly(ORIGIN);
        assertThat(traceState(span).isEmpty()).isTrue();
    }

    @Test
    void tracestate_without_a_traceparent_is_nothing() {
        queue.messages().process(ToyMessage.to("orders").header("tracestate", "a=1"), message -> {});

        assertThat(links(recorded.span("process orders"))).isEmpty();
    }

    @Test
    void sent_tracestate_is_cut_to_512_characters_and_counted() {
        TraceStateBuilder state = TraceState.builder();
        for (int i = 31; i >= 0; i--) {
            state.put("key" + i, "x".repeat(50));
        }
        SpanContext parent =
                SpanContext.create(Headers.TRACE_ID, Headers.SPAN_ID, TraceFlags.getSampled(), state.build());
        ToyMessage sent;
        try (Scope scope = Context.root().with(Span.wrap(parent)).makeCurrent()) {
            sent = queue.send(ToyMessage.to("orders"));
        }

        assertThat(sent.headers().get("tracestate").get(0))
                .hasSizeBetween(450, 512)
                .startsWith("key0=");
        assertThat(rejected("oversized")).isOne();
    }

    private SpanData process(String traceState) {
        queue.messages()
                .process(
                        ToyMessage.to("orders")
                                .header("traceparent", TRACEPARENT)
                                .header("tracestate", traceState),
                        message -> {});
        return recorded.span("process orders");
    }

    private long rejected(String reason) {
        return recorded.count("linkspan.propagation.rejected", "linkspan.reason", reason);
    }

    private static TraceState traceState(SpanData span) {
        return span.getLinks().get(0).getSpanContext().getTraceState();
    }

    private static String entries(int count, int length) {
        return IntStream.range(0, count).mapToObj(i -> entry(i, length)).collect(Collectors.joining(","));
    }

    private static String entry(int number, int length) {
        String key = "k" + number + "=";
        return key + "v".repeat(length - key.length());
    }
}
