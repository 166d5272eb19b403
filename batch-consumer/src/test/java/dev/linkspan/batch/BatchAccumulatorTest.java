package dev.linkspan.batch;

import static dev.linkspan.batch.Order.linkedSpans;
import static dev.linkspan.batch.Order.spanId;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that come one by one become batches. */
@Timeout(60)
class BatchAccumulatorTest {

    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofMillis(20);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BatchProcessor<Order> processor = BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    private final Gathered gathered = new Gathered();
    private final List<BatchAccumulator<Order>> made = new ArrayList<>();

    @AfterEach
    void all_is_closed_and_spans_follow_the_conventions() {
        made.forEach(BatchAccumulator::close);
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
    }

    @Test
    void full_batch_is_one_root_span_linked_to_all_producers_and_settled_when_accept_returns() {
        BatchAccumulator<Order> orders = accumulator(3, NEVER);
        List<Order> messages = Order.many(3);
        messages.forEach(orders::accept);

        assertThat(gathered.acknowledged()).containsExactlyElementsOf(messages);
        assertThat(gathered.threads()).containsExactly(Thread.currentThread());
        SpanData span = theSpan();
        assertThat(span.getName()).isEqualTo("process orders");
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(linkedSpans(span)).containsExactly(spanId(1), spanId(2), spanId(3));
        assertThat(span.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(3);
    }

    @Test
    void accept_by_itself_makes_no_span_and_settles_nothing() {
        BatchAccumulator<Order> orders = accumulator(3, NEVER);
        Order.many(2).forEach(message -> assertThat(orders.accept(message)).isTrue());

        assertThat(otel.spans()).isEmpty();
        assertThat(gathered.acknowledged()).isEmpty();
        assertThat(gathered.givenBack()).isEmpty();
        orders.close();
        assertThat(gathered.acknowledged()).hasSize(2);
    }

    @Test
    void batch_that_does_not_fill_is_processed_when_its_first_message_is_old() {
        BatchAccumulator<Order> orders = accumulator(3, SOON);
        List<Order> messages = Order.many(4);
        messages.subList(0, 3).forEach(orders::accept);
        orders.accept(messages.get(3));

        gathered.awaitAcknowledged(4);
        List<Order> inOrder = new ArrayList<>();
        gathered.batches().forEach(inOrder::addAll);
        assertThat(inOrder).containsExactlyElementsOf(messages);
        Thread last = gathered.threads().get(gathered.threads().size() - 1);
        assertThat(last.getName()).isEqualTo("linkspan-batch-accumulator");
        assertThat(last.isDaemon()).isTrue();
    }

    @Test
    void thread_for_old_batches_ends_when_nothing_is_kept_and_the_next_message_starts_one() {
        BatchAccumulator<Order> orders = accumulator(3, SOON);
        orders.accept(Order.from(1));
        gathered.awaitAcknowledged(1);
        await().until(() -> !gathered.threads().get(0).isAlive());

        orders.accept(Order.from(2));
        gathered.awaitAcknowledged(2);
        assertThat(gathered.threads().get(1)).isNotSameAs(gathered.threads().get(0));
    }

    @Test
    void age_of_centuries_does_not_overflow() {
        BatchAccumulator<Order> orders = accumulator(2, Duration.ofSeconds(Long.MAX_VALUE));
        Order.many(3).forEach(orders::accept);

        assertThat(gathered.batches()).hasSize(1);
        orders.close(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(gathered.batches()).hasSize(2);
    }

    @Test
    void nothing_of_the_callers_context_gets_into_the_batch_and_the_caller_keeps_it() {
        ContextKey<String> key = ContextKey.named("key");
        List<Context> seen = new CopyOnWriteArrayList<>();
        BatchAccumulator<Order> orders = BatchAccumulator.builder(
                        processor,
                        batch -> {
                            seen.add(Context.current());
                            throw new IllegalStateException("to see the listener's");
                        },
                        (messages, succeeded) -> seen.add(Context.current()))
                .onError(error -> seen.add(Context.current()))
                .maxMessages(1)
                .build();
        Span caller =
                otel.openTelemetry().getTracer("shop").spanBuilder("caller").startSpan();
        Context context = Context.root()
                .with(caller)
                .with(Baggage.builder().put("a", "b").build())
                .with(key, "value");
        try (Scope scope = context.makeCurrent()) {
            orders.accept(Order.from(1));
            assertThat(Context.current()).isSameAs(context);
        } finally {
            caller.end();
        }

        SpanData span = otel.spans().get(0);
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(linkedSpans(span)).containsExactly(spanId(1));
        assertThat(seen).hasSize(3).allSatisfy(each -> {
            assertThat(each.get(key)).isNull();
            assertThat(Baggage.fromContext(each).isEmpty()).isTrue();
        });
        assertThat(seen)
                .extracting(each -> Span.fromContext(each).getSpanContext().getSpanId())
                .containsExactly(
                        span.getSpanId(),
                        span.getSpanId(),
                        SpanContext.getInvalid().getSpanId());
    }

    @Test
    void messages_that_the_handler_failed_are_given_back() {
        List<Order> messages = Order.many(3);
        BatchAccumulator<Order> orders = BatchAccumulator.builder(
                        processor,
                        batch -> batch.fail(messages.get(1), new IllegalArgumentException("odd")),
                        gathered::settle)
                .maxMessages(3)
                .build();
        messages.forEach(orders::accept);

        assertThat(gathered.acknowledged()).containsExactly(messages.get(0), messages.get(2));
        assertThat(gathered.givenBack()).containsExactly(messages.get(1));
    }

    @Test
    void message_that_comes_twice_is_in_a_batch_twice() {
        Order order = Order.from(1);
        BatchAccumulator<Order> orders = accumulator(2, NEVER);
        orders.accept(order);
        orders.accept(order);

        assertThat(gathered.batches()).containsExactly(List.of(order, order));
    }

    @Test
    void without_settings_a_hundred_messages_are_a_batch_and_fewer_wait_for_a_second() {
        BatchAccumulator<Order> orders =
                BatchAccumulator.builder(processor, gathered, gathered::settle).build();
        made.add(orders);
        List<Order> messages = Order.many(101);
        messages.forEach(orders::accept);

        gathered.awaitAcknowledged(101);
        assertThat(gathered.batches()).containsExactly(messages.subList(0, 100), messages.subList(100, 101));
    }

    @Test
    void missing_arguments_are_named() {
        BatchAccumulatorBuilder<Order> builder = BatchAccumulator.builder(processor, gathered, gathered::settle);
        BatchAccumulator<Order> orders = accumulator(1, NEVER);
        assertThatThrownBy(() -> BatchAccumulator.builder(null, gathered, gathered::settle))
                .hasMessageContaining("processor");
        assertThatThrownBy(() -> BatchAccumulator.builder(processor, null, gathered::settle))
                .hasMessageContaining("handler");
        assertThatThrownBy(() -> BatchAccumulator.builder(processor, gathered, null))
                .hasMessageContaining("settlement");
        assertThatThrownBy(() -> builder.maxAge(null)).hasMessageContaining("age");
        assertThatThrownBy(() -> builder.onError(null)).hasMessageContaining("listener");
        assertThatThrownBy(() -> orders.accept(null)).hasMessageContaining("message");
        assertThatThrownBy(() -> orders.close(null)).hasMessageContaining("timeout");
    }

    @Test
    void settings_out_of_range_are_refused() {
        BatchAccumulatorBuilder<Order> builder = BatchAccumulator.builder(processor, gathered, gathered::settle);
        assertThatThrownBy(() -> builder.maxMessages(0)).hasMessageContaining("1 to 10000, not 0");
        assertThatThrownBy(() -> builder.maxMessages(10_001)).hasMessageContaining("not 10001");
        assertThatThrownBy(() -> builder.maxAge(Duration.ZERO)).hasMessageContaining("positive");
        assertThatThrownBy(() -> builder.maxAge(Duration.ofNanos(-1))).hasMessageContaining("positive");
    }

    private BatchAccumulator<Order> accumulator(int maxMessages, Duration maxAge) {
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor, gathered, gathered::settle)
                .maxMessages(maxMessages)
                .maxAge(maxAge)
                .build();
        made.add(orders);
        return orders;
    }

    private static SpanData theSpan() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
