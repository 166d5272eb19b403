package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a consumer has to ask for, where the broker hands out only the headers that it is asked for. */
class HeaderNamesTest {

    @Test
    void names_are_those_that_the_propagator_reads() {
        assertThat(messaging(RecordedTelemetry.W3C).headerNames("orders"))
                .containsExactlyInAnyOrder("traceparent", "tracestate", "baggage");
        assertThat(messaging(RecordedTelemetry.W3C).headerPrefixes("orders")).isEmpty();
    }

    @Test
    void names_are_spelled_as_the_propagator_does_and_b3_is_asked_for_in_both_forms() {
        assertThat(messaging(new Declaring("X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled"))
                        .headerNames("orders"))
                .containsExactlyInAnyOrder(
                        "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags");
        assertThat(messaging(new Declaring("b3")).headerNames("orders")).contains("b3", "X-B3-TraceId");
    }

    @Test
    void headers_that_are_named_after_baggage_are_asked_for_by_their_prefix() {
        MessagingTelemetry jaeger = messaging(new Declaring("Uber-Trace-Id"));

        assertThat(jaeger.headerNames("orders")).containsExactly("Uber-Trace-Id");
        assertThat(jaeger.headerPrefixes("orders")).containsExactly("Uberctx-");
    }

    @Test
    void without_propagation_nothing_is_asked_for() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(
                        RecordedTelemetry.withPropagator(new Declaring("Uber-Trace-Id")).openTelemetry)
                .policy("orders", policy -> policy.propagation(false))
                .build();

        assertThat(messaging.headerNames("orders")).isEmpty();
        assertThat(messaging.headerPrefixes("orders")).isEmpty();
        assertThat(messaging.headerNames("invoices")).isNotEmpty();
    }

    /** Declares some fields, and writes besides a header for each entry of baggage. */
    private record Declaring(Collection<String> fields) implements TextMapPropagator {

        Declaring(String... fields) {
            this(List.of(fields));
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            Baggage.fromContext(context)
                    .forEach((key, entry) -> setter.set(carrier, "Uberctx-" + key, entry.getValue()));
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return context;
        }
    }

    private static MessagingTelemetry messaging(TextMapPropagator propagator) {
        return RecordedTelemetry.withPropagator(propagator).messaging();
    }
}
