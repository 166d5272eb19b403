package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A propagator that fails in any way stops no message and leaves no half context. */
class PropagatorFailureTest {

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("broken"),
                new AssertionError("broken"),
                new StackOverflowError("broken"),
                new LinkageError("broken"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void inject_that_throws_before_the_first_header_sends_the_message_as_it_was(Throwable failure) {
        assertSentBare(new Failing(failure) {
            @Override
            public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                throw failure();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void inject_that_throws_after_the_first_header_sends_the_message_as_it_was(Throwable failure) {
        assertSentBare(new Failing(failure) {
            @Override
            public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                setter.set(carrier, "traceparent", TRACEPARENT);
                throw failure();
            }
        });
    }

    @Test
    void inject_that_writes_nulls_writes_the_rest() {
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(new Failing(new IllegalStateException()) {
            @Override
            public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                setter.set(null, "traceparent", TRACEPARENT);
                setter.set(carrier, "tracestate", null);
                setter.set(carrier, null, "x");
                setter.set(carrier, "traceparent", TRACEPARENT);
            }
        });

        assertThat(new ToyQueue(recorded.messaging())
                        .send(ToyMessage.to("orders"))
                        .headers())
                .containsOnlyKeys("traceparent");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void extract_that_throws_runs_the_handler_in_a_span_without_links(Throwable failure) {
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(new Failing(failure) {
            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                throw failure();
            }
        });
        assertHandledWithoutLinks(recorded);
        assertThat(recorded.errors("extract")).isEqualTo(3);
    }

    @Test
    void extract_that_returns_null_runs_the_handler_in_a_span_without_links() {
        assertHandledWithoutLinks(RecordedTelemetry.withPropagator(new Failing(new IllegalStateException()) {
            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                return null;
            }
        }));
    }

    @Test
    void extract_that_asks_without_a_carrier_or_a_name_gets_nothing() {
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(new Failing(new IllegalStateException()) {
            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                assertThat(getter.get(null, "traceparent")).isNull();
                assertThat(getter.get(carrier, null)).isNull();
                return W3CTraceContextPropagator.getInstance().extract(context, carrier, getter);
            }
        });
        new ToyQueue(recorded.messaging())
                .messages()
                .process(ToyMessage.to("orders").header("traceparent", TRACEPARENT), message -> {});

        assertThat(links(recorded.span("process orders"))).containsExactly(ORIGIN);
        assertThat(recorded.count("linkspan.telemetry.errors")).isZero();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void fields_that_throw_leave_propagation_working(Throwable failure) {
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(new Failing(failure) {
            @Override
            public Collection<String> fields() {
                throw failure();
            }
        });
        assertPropagates(recorded);
        assertThat(recorded.errors("propagator.fields")).isOne();
    }

    @Test
    void fields_that_are_null_leave_propagation_working() {
        assertPropagates(RecordedTelemetry.withPropagator(new Failing(new IllegalStateException()) {
            @Override
            public Collection<String> fields() {
                return null;
            }
        }));
    }

    @Test
    void out_of_memory_in_a_propagator_is_not_hidden() {
        OutOfMemoryError error = new OutOfMemoryError("simulated");
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(new Failing(error) {
            @Override
            public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
                throw failure();
            }
        });
        ToyQueue queue = new ToyQueue(recorded.messaging());

        assertThatThrownBy(() -> queue.messages().process(ToyMessage.to("orders"), message -> {}))
                .isSameAs(error);
    }

    private static void assertSentBare(TextMapPropagator propagator) {
        RecordedTelemetry recorded = RecordedTelemetry.withPropagator(propagator);
        ToyQueue queue = new ToyQueue(recorded.messaging());
        ToyMessage message =
                ToyMessage.to("orders").header("tracestate", "caller=1").header("x", "1");
        ToyMessage sent = queue.send(message);
        List<ToyMessage> batch = queue.sendAll(List.of(message, message));

        assertThat(sent).isEqualTo(message);
        assertThat(batch).containsExactly(message, message);
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "skipped"))
                .isEqualTo(3);
        assertThat(recorded.spans("send orders")).hasSize(2);
        // one more where the header names were tried out
        assertThat(recorded.errors("inject")).isEqualTo(4);
    }

    private static void assertHandledWithoutLinks(RecordedTelemetry recorded) {
        ToyQueue queue = new ToyQueue(recorded.messaging());
        ToyMessage message = ToyMessage.to("orders").header("traceparent", TRACEPARENT);
        assertThat(queue.messages().<Boolean, RuntimeException>call(message, m -> true))
                .isTrue();
        queue.messages().startBatch(List.of(message)).close();
        queue.messages().received(List.of(message), System.nanoTime());

        assertThat(recorded.spans())
                .hasSize(3)
                .allSatisfy(span -> assertThat(links(span)).isEmpty());
    }

    private static void assertPropagates(RecordedTelemetry recorded) {
        ToyQueue queue = new ToyQueue(recorded.messaging());
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.take(), message -> {});

        assertThat(links(recorded.span("process orders"))).hasSize(1);
    }

    /** W3C, but for the method that a test overrides. */
    private static class Failing implements TextMapPropagator {

        private final Throwable failure;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        RuntimeException failure() {
            return Raise.it(failure);
        }

        @Override
        public Collection<String> fields() {
            return W3CTraceContextPropagator.getInstance().fields();
        }

        @Override
        public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
            W3CTraceContextPropagator.getInstance().inject(context, carrier, setter);
        }

        @Override
        public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
            return W3CTraceContextPropagator.getInstance().extract(context, carrier, getter);
        }
    }
}
