package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the application's handler sees, and what of it comes out. */
class HandlerTest {

    private static final ToyMessage MESSAGE = ToyMessage.to("orders");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer = new ToyQueue(recorded.messaging()).messages();

    @AfterEach
    void clear_the_interrupt_flag() {
        Thread.interrupted();
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("runtime"),
                new IOException("checked"),
                new AssertionError("error"),
                new StackOverflowError(),
                new OutOfMemoryError("simulated"),
                new InterruptedException("interrupted"),
                new BrokenException());
    }

    @Test
    void handlers_message_is_the_current_one_and_a_batch_has_none() {
        tracer.process(MESSAGE, message -> assertThat(tracer.currentMessage()).isSameAs(MESSAGE));
        tracer.startBatch(List.of(MESSAGE))
                .context()
                .wrap(() -> assertThat(tracer.currentMessage()).isNull())
                .run();

        assertThat(tracer.currentMessage()).isNull();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void exception_of_a_handler_comes_out_as_the_same_object(Throwable failure) {
        assertThat(catchThrowable(() -> tracer.process(MESSAGE, message -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(catchThrowable(() -> tracer.call(MESSAGE, message -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(catchThrowable(() -> tracer.processAsync(MESSAGE, message -> {
                    throw failure;
                })))
                .isSameAs(failure);

        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(recorded.spans()).hasSize(3).allSatisfy(span -> {
            assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span.getAttributes().get(Semconv.ERROR_TYPE))
                    .isEqualTo(failure.getClass().getCanonicalName());
        });
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void failed_handler_leaves_one_exception_event_and_its_message_as_description() {
        assertThatThrownBy(() -> tracer.process(MESSAGE, message -> {
                    throw new IllegalStateException("no such order");
                }))
                .hasMessage("no such order");

        SpanData span = recorded.span("process orders");
        assertThat(span.getStatus().getDescription()).isEqualTo("no such order");
        assertThat(span.getEvents())
                .singleElement()
                .satisfies(event -> assertThat(event.getName()).isEqualTo("exception"));
    }

    @Test
    void handler_that_succeeds_leaves_the_status_unset() {
        tracer.process(MESSAGE, message -> {});

        SpanData span = recorded.span("process orders");
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(span.getAttributes().get(Semconv.ERROR_TYPE)).isNull();
        assertThat(span.getEvents()).isEmpty();
    }

    @Test
    void handler_gets_the_very_message_and_its_result_comes_out() {
        Object result = new Object();
        ToyMessage[] seen = new ToyMessage[1];
        Object returned = tracer.call(MESSAGE, message -> {
            seen[0] = message;
            return result;
        });

        assertThat(seen[0]).isSameAs(MESSAGE);
        assertThat(returned).isSameAs(result);
        assertThat(tracer.<Object, RuntimeException>call(MESSAGE, message -> null))
                .isNull();
    }

    @Test
    void handler_runs_for_a_null_message() {
        boolean[] handled = {false};
        tracer.process(null, message -> handled[0] = true);

        assertThat(handled[0]).isTrue();
        assertThat(recorded.spans()).hasSize(1);
    }

    @Test
    void handler_that_is_null_is_told_at_once() {
        assertThatNullPointerException()
                .isThrownBy(() -> tracer.process(MESSAGE, null))
                .withMessageContaining("handler");
        assertThat(recorded.spans()).isEmpty();
    }

    @Test
    void context_and_interrupt_flag_are_the_same_afterwards() {
        Context before = Context.current();
        tracer.process(MESSAGE, message -> {});
        assertThat(Context.current()).isSameAs(before);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        Thread.currentThread().interrupt();
        tracer.process(
                MESSAGE,
                message -> assertThat(Thread.currentThread().isInterrupted()).isTrue());
        tracer.startBatch(List.of(MESSAGE)).close();
        tracer.received(List.of(MESSAGE), System.nanoTime());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void interrupt_that_a_handler_leaves_behind_stays() {
        tracer.process(MESSAGE, message -> Thread.currentThread().interrupt());

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void without_process_spans_the_handler_runs_in_the_ambient_span() {
        MessageTracer<ToyMessage> quiet =
                new ToyQueue(recorded.messaging(policy -> policy.processSpans(false))).messages();
        var ambient = recorded.startSpan("ambient");
        try (var scope = ambient.makeCurrent()) {
            quiet.process(
                    MESSAGE.header("traceparent", Headers.TRACEPARENT),
                    message -> assertThat(
                                    io.opentelemetry.api.trace.Span.current().getSpanContext())
                            .isEqualTo(ambient.getSpanContext()));
            quiet.startBatch(List.of(MESSAGE)).close();
        }

        assertThat(recorded.spans()).isEmpty();
    }

    @Test
    void exception_of_a_broken_class_is_still_an_error_and_comes_out() {
        BrokenException broken = new BrokenException();
        assertThatThrownBy(() -> tracer.process(MESSAGE, message -> {
                    throw broken;
                }))
                .isSameAs(broken);

        assertThat(recorded.span("process orders").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(recorded.errors("span.error")).isPositive();
    }

    /** An exception that throws when it is asked anything. */
    static final class BrokenException extends java.util.concurrent.CompletionException {

        private static final long serialVersionUID = 1;

        BrokenException() {
            super("broken");
        }

        @Override
        public String getMessage() {
            throw new IllegalStateException("getMessage");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("getCause");
        }

        @Override
        public String toString() {
            return "broken";
        }
    }
}
