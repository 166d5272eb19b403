package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Samplers and span processors that fail stop no message. */
class SdkFailureTest {

    static List<Supplier<Throwable>> failures() {
        return List.of(
                () -> new IllegalStateException("broken"),
                () -> new AssertionError("broken"),
                () -> new StackOverflowError("broken"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void sampler_that_throws_stops_no_operation(Supplier<Throwable> failure) {
        RecordedTelemetry recorded = RecordedTelemetry.withSampler(sampler(() -> {
            throw Raise.it(failure.get());
        }));
        assertAllOperationsRun(recorded);

        assertThat(recorded.spans()).isEmpty();
        assertThat(recorded.errors("span.start")).isEqualTo(9);
    }

    @Test
    void sampler_that_returns_null_stops_no_operation() {
        RecordedTelemetry recorded = RecordedTelemetry.withSampler(sampler(() -> null));
        assertAllOperationsRun(recorded);

        assertThat(recorded.errors("span.start")).isPositive();
    }

    @Test
    void message_still_carries_the_callers_context_if_its_send_span_cannot_start() {
        RecordedTelemetry recorded = RecordedTelemetry.withSampler(sampler(() -> {
            throw Raise.it(new IllegalStateException("broken"));
        }));
        ToyQueue queue = new ToyQueue(recorded.messaging());
        Span caller = Span.wrap(io.opentelemetry.api.trace.SpanContext.create(
                Headers.TRACE_ID,
                Headers.SPAN_ID,
                io.opentelemetry.api.trace.TraceFlags.getSampled(),
                io.opentelemetry.api.trace.TraceState.getDefault()));
        ToyMessage inCaller;
        try (Scope scope = Context.root().with(caller).makeCurrent()) {
            inCaller = queue.send(ToyMessage.to("orders"));
        }

        assertThat(Headers.carried(inCaller)).isEqualTo(Headers.ORIGIN);
        assertThat(queue.send(ToyMessage.to("orders")).headers()).isEmpty();
    }

    @Test
    void message_keeps_its_headers_byte_for_byte_if_there_is_no_context_to_write() {
        RecordedTelemetry recorded = RecordedTelemetry.withSampler(sampler(() -> {
            throw Raise.it(new IllegalStateException("broken"));
        }));
        ToyMessage message =
                ToyMessage.to("orders").header("traceparent", TRACEPARENT).header("tracestate", "a=1");

        assertThat(new ToyQueue(recorded.messaging()).send(message)).isSameAs(message);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void processor_that_throws_on_start_stops_no_operation(Supplier<Throwable> failure) {
        assertAllOperationsRun(RecordedTelemetry.withProcessor(new Processor() {
            @Override
            public void onStart(Context parent, ReadWriteSpan span) {
                throw Raise.it(failure.get());
            }
        }));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void processor_that_throws_on_end_stops_no_operation(Supplier<Throwable> failure) {
        RecordedTelemetry recorded = RecordedTelemetry.withProcessor(new Processor() {
            @Override
            public void onEnd(ReadableSpan span) {
                throw Raise.it(failure.get());
            }
        });
        assertAllOperationsRun(recorded);

        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(3);
    }

    @Test
    void handler_runs_and_its_exception_comes_out_even_if_the_span_can_neither_start_nor_end() {
        IllegalArgumentException own = new IllegalArgumentException("own");
        RecordedTelemetry recorded = RecordedTelemetry.withProcessor(new Processor() {
            @Override
            public void onEnd(ReadableSpan span) {
                throw Raise.it(new AssertionError("broken"));
            }
        });
        ToyQueue queue = new ToyQueue(recorded.messaging());

        assertThatThrownBy(() -> queue.messages().process(ToyMessage.to("orders"), message -> {
                    throw own;
                }))
                .isSameAs(own)
                .hasNoSuppressedExceptions();
    }

    @Test
    void out_of_memory_in_a_sampler_is_not_hidden() {
        OutOfMemoryError error = new OutOfMemoryError("simulated");
        ToyQueue queue = new ToyQueue(RecordedTelemetry.withSampler(sampler(() -> {
                    throw Raise.it(error);
                }))
                .messaging());

        assertThatThrownBy(() -> queue.send(ToyMessage.to("orders"))).isSameAs(error);
    }

    private static void assertAllOperationsRun(RecordedTelemetry recorded) {
        ToyQueue queue = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)));
        queue.create(ToyMessage.to("orders"));
        queue.send(ToyMessage.to("orders"));
        queue.sendAll(List.of(ToyMessage.to("orders"), ToyMessage.to("orders")));
        assertThat(queue.poll()).hasSize(3);
        boolean[] handled = {false};
        queue.messages().process(ToyMessage.to("orders"), message -> handled[0] = true);
        assertThat(handled[0]).isTrue();
        queue.messages().startBatch(List.of(ToyMessage.to("orders"))).close();
        queue.messages().startSettleAt("ack", "orders").close();
        assertThat(Context.current()).isSameAs(Context.root());
    }

    private static Sampler sampler(Supplier<@Nullable SamplingResult> decision) {
        return new DecidingSampler((attributes, links) -> decision.get());
    }

    private static class Processor implements SpanProcessor {

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }
}
