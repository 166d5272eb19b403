package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.Headers.origin;
import static dev.linkspan.propagation.Headers.traceparent;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which header counts, in which spelling, and what several of them mean. */
class HeaderLookupTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @ParameterizedTest
    @ValueSource(strings = {"traceparent", "Traceparent", "TRACEPARENT", "TraceParent"})
    void header_is_found_in_any_ascii_case(String name) {
        assertThat(links(process(ToyMessage.to("orders").header(name, TRACEPARENT))))
                .containsExactly(ORIGIN);
    }

    @Test
    void exact_spelling_wins_over_another() {
        SpanData span = process(ToyMessage.to("orders")
                .header("TRACEPARENT", traceparent(1, true))
                .header("traceparent", traceparent(2, true)));

        assertThat(links(span)).containsExactly(origin(2));
    }

    @Test
    void copies_without_a_value_are_looked_at_once_however_many_there_are() {
        AtomicInteger reads = new AtomicInteger();
        HeaderCarrier<List<String>> nulls = new HeaderCarrier<>() {
            @Override
            public @Nullable String get(List<String> headers, String name, int maxLength) {
                reads.incrementAndGet();
                return null;
            }

            @Override
            public Iterable<String> names(List<String> headers) {
                return headers;
            }

            @Override
            public void set(List<String> headers, String name, String value) {}

            @Override
            public void remove(List<String> headers, String name) {}
        };
        Propagation propagation = recorded.messaging().propagation;

        Extraction.of(propagation, nulls, Collections.nCopies(1_000, "Traceparent"), Context.root());
        assertThat(reads.getAndSet(0)).isLessThan(10);

        List<String> spellings = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            spellings.add(spelling("traceparent", i));
        }
        Extraction.of(propagation, nulls, spellings, Context.root());
        assertThat(reads.get()).isLessThan(20);
    }

    /** With those letters in upper case that have a 1 in the number. */
    private static String spelling(String name, int number) {
        StringBuilder spelled = new StringBuilder(name);
        for (int i = 0; i < name.length(); i++) {
            if ((number >> i & 1) == 1) {
                spelled.setCharAt(i, Character.toUpperCase(name.charAt(i)));
            }
        }
        return spelled.toString();
    }

    @Test
    void letters_that_only_unicode_folds_to_ascii_are_other_letters() {
        ContextKey<String> key = ContextKey.named("kiss");
        RecordedTelemetry custom = RecordedTelemetry.withPropagator(new PlainPropagator("kiss", key));
        ToyQueue customQueue = new ToyQueue(custom.messaging());

        String long_s = customQueue
                .messages()
                .call(
                        ToyMessage.to("orders").header("kis\u017f", "x"),
                        message -> Context.current().get(key));
        String kelvin = customQueue
                .messages()
                .call(
                        ToyMessage.to("orders").header("\u212aiss", "x"),
                        message -> Context.current().get(key));
        String ascii = customQueue
                .messages()
                .call(
                        ToyMessage.to("orders").header("KISS", "x"),
                        message -> Context.current().get(key));

        assertThat(long_s).isNull();
        assertThat(kelvin).isNull();
        assertThat(ascii).isEqualTo("x");
    }

    @Test
    void equal_copies_of_a_traceparent_are_one() {
        SpanData span = process(ToyMessage.to("orders")
                .header("traceparent", TRACEPARENT, TRACEPARENT)
                .header("tracestate", "a=1"));

        assertThat(links(span)).containsExactly(ORIGIN);
        assertThat(traceState(span).get("a")).isEqualTo("1");
        assertThat(rejected("conflicting")).isZero();
    }

    @Test
    void conflicting_copies_of_a_traceparent_never_get_a_tracestate() {
        SpanData span = process(ToyMessage.to("orders")
                .header("traceparent", traceparent(1, true), traceparent(2, true))
                .header("tracestate", "a=1"));

        assertThat(links(span)).containsExactly(origin(2));
        assertThat(traceState(span).isEmpty()).isTrue();
        assertThat(rejected("conflicting")).isOne();
    }

    @Test
    void copies_of_a_traceparent_in_two_spellings_conflict_too() {
        SpanData span = process(ToyMessage.to("orders")
                .header("Traceparent", traceparent(1, true))
                .header("traceparent", traceparent(2, true))
                .header("tracestate", "a=1"));

        assertThat(links(span)).containsExactly(origin(2));
        assertThat(traceState(span).isEmpty()).isTrue();
        assertThat(rejected("conflicting")).isOne();
    }

    @Test
    void conflicting_copies_in_another_spelling_conflict_too() {
        SpanData span = process(ToyMessage.to("orders")
                .header("Traceparent", traceparent(1, true), traceparent(2, true))
                .header("tracestate", "a=1"));

        assertThat(links(span)).containsExactly(origin(2));
        assertThat(traceState(span).isEmpty()).isTrue();
    }

    @Test
    void same_traceparent_in_two_spellings_does_not_conflict() {
        SpanData span = process(ToyMessage.to("orders")
                .header("Traceparent", TRACEPARENT)
                .header("traceparent", TRACEPARENT)
                .header("tracestate", "a=1"));

        assertThat(traceState(span).get("a")).isEqualTo("1");
        assertThat(rejected("conflicting")).isZero();
    }

    @Test
    void hundred_conflicting_copies_are_counted_as_one_field() {
        String[] copies = new String[100];
        for (int i = 0; i < copies.length; i++) {
            copies[i] = traceparent(i, true);
        }

        assertThat(links(process(ToyMessage.to("orders").header("traceparent", copies))))
                .containsExactly(origin(99));
        assertThat(rejected("conflicting")).isOne();
    }

    @Test
    void message_whose_adapter_has_no_headers_counts_as_missing() {
        process(ToyMessage.to("orders").headers(null));

        assertThat(recorded.spans())
                .singleElement()
                .satisfies(span -> assertThat(links(span)).isEmpty());
    }

    @Test
    void keys_of_a_custom_propagator_survive_into_the_handler() {
        ContextKey<String> key = ContextKey.named("tenant");
        RecordedTelemetry custom = RecordedTelemetry.withPropagator(
                TextMapPropagator.composite(RecordedTelemetry.W3C, new PlainPropagator("x-tenant", key)));
        String tenant = new ToyQueue(custom.messaging())
                .messages()
                .call(
                        ToyMessage.to("orders").header("x-tenant", "blue").header("traceparent", TRACEPARENT),
                        message -> Context.current().get(key));

        assertThat(tenant).isEqualTo("blue");
        assertThat(links(custom.span("process orders"))).containsExactly(ORIGIN);
    }

    @Test
    void keys_of_the_ambient_context_survive_into_the_handler() {
        ContextKey<String> key = ContextKey.named("request");
        Context ambient = Context.root().with(key, "kept");
        String kept = queue.messages()
                .call(ToyMessage.to("orders"), message -> Context.current().get(key));
        try (var scope = ambient.makeCurrent()) {
            kept = queue.messages()
                    .call(
                            ToyMessage.to("orders").header("traceparent", TRACEPARENT),
                            message -> Context.current().get(key));
        }

        assertThat(kept).isEqualTo("kept");
    }

    @Test
    void header_of_a_custom_propagator_that_names_no_span_does_not_count_as_a_malformed_context() {
        RecordedTelemetry own = RecordedTelemetry.withPropagator(TextMapPropagator.composite(
                RecordedTelemetry.W3C, new PlainPropagator("x-tenant", ContextKey.named("tenant"))));

        new ToyQueue(own.messaging())
                .messages()
                .received(List.of(ToyMessage.to("orders").header("x-tenant", "blue")), System.nanoTime());

        assertThat(own.count("linkspan.propagation.extracted", "linkspan.outcome", "missing"))
                .isOne();
    }

    @Test
    void received_message_is_never_changed() {
        ToyMessage message =
                ToyMessage.to("orders").header("traceparent", TRACEPARENT).header("baggage", "a=1");
        process(message);
        queue.messages().startBatch(List.of(message)).close();
        queue.messages().received(List.of(message), System.nanoTime());

        assertThat(message)
                .isEqualTo(ToyMessage.to("orders")
                        .header("traceparent", TRACEPARENT)
                        .header("baggage", "a=1"));
    }

    @Test
    void baggage_of_the_message_is_current_in_the_handler() {
        Baggage baggage = queue.messages()
                .call(ToyMessage.to("orders").header("Baggage", "tenant=blue"), message -> Baggage.current());

        assertThat(baggage.getEntryValue("tenant")).isEqualTo("blue");
    }

    private SpanData process(ToyMessage message) {
        queue.messages().process(message, ignored -> {});
        return recorded.spans().get(0);
    }

    private static TraceState traceState(SpanData span) {
        return span.getLinks().get(0).getSpanContext().getTraceState();
    }

    private long rejected(String reason) {
        return recorded.count("linkspan.propagation.rejected", "linkspan.reason", reason);
    }

    /** Carries one header as one context key. */
    private record PlainPropagator(String name, ContextKey<String> key) implements TextMapPropagator {

        @Override
        public List<String> fields() {
            return List.of(name);
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            String value = context.get(key);
            if (value != null) {
                setter.set(carrier, name, value);
            }
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            String value = getter.get(carrier, name);
            return value == null ? context : context.with(key, value);
        }
    }
}
