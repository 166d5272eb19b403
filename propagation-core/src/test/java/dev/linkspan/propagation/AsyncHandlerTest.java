package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Handlers that end later than they return. */
class AsyncHandlerTest {

    private static final ToyMessage MESSAGE = ToyMessage.to("orders");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer = new ToyQueue(recorded.messaging()).messages();

    @Test
    void span_ends_when_the_stage_completes() {
        CompletableFuture<String> future = new CompletableFuture<>();
        tracer.processAsync(MESSAGE, message -> future);
        assertThat(recorded.spans()).isEmpty();
        future.complete("done");

        assertThat(recorded.span("process orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void stage_comes_back_as_the_same_object_and_can_be_cancelled() {
        CompletableFuture<String> future = new CompletableFuture<>();
        CompletableFuture<String> returned = tracer.processAsync(MESSAGE, message -> future);
        assertThat(returned).isSameAs(future);
        returned.cancel(true);

        assertThat(recorded.span("process orders").getAttributes().get(Semconv.ERROR_TYPE))
                .isEqualTo("java.util.concurrent.CancellationException");
    }

    @Test
    void stage_that_fails_gives_its_own_exception_and_not_the_futures() {
        CompletableFuture<String> source = new CompletableFuture<>();
        tracer.processAsync(MESSAGE, message -> source.thenApply(String::length));
        source.completeExceptionally(new IllegalStateException("no such order"));

        assertThat(recorded.span("process orders").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(recorded.span("process orders").getAttributes().get(Semconv.ERROR_TYPE))
                .isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void stage_that_is_complete_already_ends_the_span_at_once() {
        tracer.processAsync(MESSAGE, message -> CompletableFuture.completedFuture("done"));

        assertThat(recorded.names()).containsExactly("process orders");
    }

    @Test
    void handler_that_returns_no_stage_ends_the_span_at_once() {
        CompletionStage<String> none = tracer.processAsync(MESSAGE, message -> (CompletionStage<String>) null);

        assertThat(none).isNull();
        assertThat(recorded.names()).containsExactly("process orders");
    }

    @Test
    void span_is_current_only_until_the_handler_returns() {
        CompletableFuture<String> future = new CompletableFuture<>();
        String[] current = new String[1];
        tracer.processAsync(MESSAGE, message -> {
            current[0] = id(Span.current().getSpanContext());
            return future;
        });

        assertThat(Context.current()).isSameAs(Context.root());
        future.complete("done");
        assertThat(current[0]).isEqualTo(id(recorded.span("process orders")));
    }

    @Test
    void stage_that_takes_no_callback_comes_back_all_the_same() {
        CompletableFuture<String> stubborn = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                throw new UnsupportedOperationException("no callbacks");
            }
        };
        CompletableFuture<String> returned = tracer.processAsync(MESSAGE, message -> stubborn);

        assertThat(returned).isSameAs(stubborn);
        assertThat(recorded.names()).containsExactly("process orders");
        assertThat(recorded.errors("stage.whenComplete")).isOne();
    }
}
