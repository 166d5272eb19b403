package dev.linkspan.batch;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Batches whose work outlives the handler, or is spread over threads. */
@Timeout(60)
class BatchAsyncTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BatchProcessor<Order> orders = BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    private final List<Order> messages = Order.many(20);

    @AfterEach
    void spans_follow_the_conventions() {
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void span_ends_with_the_stage_and_the_result_comes_after_it() {
        CompletableFuture<Void> stage = new CompletableFuture<>();
        Batch<Order>[] kept = arrayOfOne();
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(messages, batch -> {
            kept[0] = batch;
            return stage;
        });
        assertThat(otel.spans()).isEmpty();
        assertThat(result).isNotDone();
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
        kept[0].fail(messages.get(2), new IllegalStateException());

        stage.complete(null);

        assertThat(result).isCompleted();
        assertThat(result.join().failed()).containsExactly(messages.get(2));
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
    }

    @Test
    void stage_that_fails_makes_the_span_an_error_and_comes_out_as_the_same_object() {
        IOException failure = new IOException("down");
        CompletableFuture<Object> stage = new CompletableFuture<>();
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(messages, batch -> stage);
        stage.completeExceptionally(failure);

        assertThatThrownBy(result::get).cause().isSameAs(failure);
        assertThat(theSpan().getStatus().getDescription()).isEqualTo("down");
    }

    @Test
    void stage_that_fails_in_a_later_step_comes_out_as_that_step_saw_it() {
        IllegalStateException failure = new IllegalStateException("down");
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(
                messages,
                batch -> CompletableFuture.completedFuture(1).thenAccept(one -> {
                    throw failure;
                }));

        assertThatThrownBy(result::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isSameAs(failure);
        assertThat(theSpan().getAttributes().asMap()).containsValue("java.lang.IllegalStateException");
    }

    @Test
    void handler_that_returns_no_stage_is_done_when_it_returns() {
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(messages, batch -> null);

        assertThat(result.join().succeeded()).isEqualTo(messages);
        assertThat(otel.spans()).hasSize(1);
    }

    @Test
    void handler_that_throws_before_there_is_a_stage_throws_the_same_object() {
        IOException failure = new IOException("no pool");
        assertThatThrownBy(() -> orders.processAsync(messages, batch -> {
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(theSpan().getStatus().getDescription()).isEqualTo("no pool");
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void stage_that_refuses_to_be_watched_throws_what_it_throws_and_leaves_no_span_open() {
        UnsupportedOperationException failure = new UnsupportedOperationException("not watched");
        CompletionStage<Object> stage = new CompletableFuture<>() {
            @Override
            public CompletableFuture<Object> whenComplete(BiConsumer<? super Object, ? super Throwable> action) {
                throw failure;
            }
        };
        assertThatThrownBy(() -> orders.processAsync(messages, batch -> stage)).isSameAs(failure);

        assertThat(theSpan().getStatus().getDescription()).isEqualTo("not watched");
    }

    @Test
    void empty_batch_is_done_at_once_without_span_or_handler() {
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(List.of(), batch -> {
            throw new AssertionError("called");
        });

        assertThat(result.join().messages()).isEmpty();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void to_cancel_the_result_cancels_a_stage_that_would_never_complete() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        CompletableFuture<BatchResult<Order>> result = orders.processAsync(messages, batch -> stage);
        result.cancel(true);

        assertThat(stage).isCancelled();
        assertThat(theSpan().getAttributes().asMap()).containsValue(CancellationException.class.getName());
    }

    @Test
    void timeout_of_the_stage_ends_the_span_where_one_of_the_result_does_not() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        CompletableFuture<BatchResult<Order>> impatient =
                orders.processAsync(messages, batch -> stage).orTimeout(1, TimeUnit.MILLISECONDS);
        assertThatThrownBy(impatient::join).hasCauseInstanceOf(TimeoutException.class);
        assertThat(stage).isNotDone();
        assertThat(otel.spans()).isEmpty();

        stage.completeExceptionally(new TimeoutException("too slow"));

        assertThat(theSpan().getStatus().getDescription()).isEqualTo("too slow");
    }

    @Test
    void work_on_another_thread_is_below_the_batch_where_it_is_made_current() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            orders.processAsync(
                            messages,
                            batch -> CompletableFuture.runAsync(
                                    () -> {
                                        try (Scope scope = batch.makeCurrent()) {
                                            otel.openTelemetry()
                                                    .getTracer("shop")
                                                    .spanBuilder("price")
                                                    .startSpan()
                                                    .end();
                                        }
                                    },
                                    pool))
                    .get();
        } finally {
            pool.shutdown();
        }

        List<SpanData> spans = otel.awaitSpans(2);
        assertThat(spans.get(0).getName()).isEqualTo("price");
        assertThat(spans.get(0).getParentSpanId()).isEqualTo(spans.get(1).getSpanId());
    }

    @Test
    void many_threads_can_fail_messages_at_once_and_none_is_lost() throws Exception {
        List<Order> many = Order.many(4_000);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            BatchResult<Order> result = orders.processAsync(
                            many,
                            batch -> CompletableFuture.allOf(IntStream.range(0, 8)
                                    .mapToObj(part -> CompletableFuture.runAsync(
                                            () -> {
                                                for (int i = part; i < many.size(); i += 8) {
                                                    if (i % 3 == 0) {
                                                        batch.fail(many.get(i), new IllegalStateException());
                                                    }
                                                    assertThat(batch.messages()).hasSize(4_000);
                                                }
                                            },
                                            pool))
                                    .toArray(CompletableFuture<?>[]::new)))
                    .get();

            assertThat(result.failed()).hasSize(1_334);
            assertThat(result.succeeded()).hasSize(2_666);
            assertThat(many).allMatch(order -> result.succeeded(order) == (many.indexOf(order) % 3 != 0));
        } finally {
            pool.shutdown();
        }
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1_334);
        assertThat(theSpan().getEvents()).hasSize(10);
    }

    @Test
    void no_failure_is_lost_however_close_two_of_them_are() throws Exception {
        List<Order> many = Order.many(2_000);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                CyclicBarrier start = new CyclicBarrier(4);
                Outcomes<Order> outcomes = new Outcomes<>(many);
                CompletableFuture.allOf(IntStream.range(0, 4)
                                .mapToObj(part -> CompletableFuture.runAsync(
                                        () -> {
                                            awaitAll(start);
                                            for (int i = part; i < many.size(); i += 4) {
                                                outcomes.fail(many.get(i), new IllegalStateException());
                                            }
                                        },
                                        pool))
                                .toArray(CompletableFuture<?>[]::new))
                        .get();
                assertThat(outcomes.only(true)).hasSize(2_000);
            }
        } finally {
            pool.shutdown();
        }
    }

    private static void awaitAll(CyclicBarrier start) {
        try {
            start.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Batch<Order>[] arrayOfOne() {
        return (Batch<Order>[]) new Batch<?>[1];
    }

    private static SpanData theSpan() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
