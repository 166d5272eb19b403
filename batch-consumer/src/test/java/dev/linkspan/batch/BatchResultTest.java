package dev.linkspan.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is done with a batch after it. */
class BatchResultTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final MessageTracer<Order> tracer = Order.tracer(otel.openTelemetry());
    private final BatchProcessor<Order> orders = BatchProcessor.create(tracer);
    private final List<Order> messages = Order.many(3);

    @Test
    void settle_spans_are_children_of_the_batch() {
        List<Order> accepted = new ArrayList<>();
        List<Order> asked = new ArrayList<>();
        orders.process(messages, batch -> batch.fail(messages.get(1), new IllegalStateException()))
                .settle((all, succeeded) -> {
                    asked.addAll(all);
                    all.stream().filter(succeeded).forEach(accepted::add);
                    tracer.startSettleAt("ack", "orders").close();
                });

        assertThat(asked).isEqualTo(messages);
        assertThat(accepted).containsExactly(messages.get(0), messages.get(2));
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("process orders", "ack orders");
        assertThat(otel.spans().get(1).getParentSpanId())
                .isEqualTo(otel.spans().get(0).getSpanId());
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void batch_settles_by_its_result_below_its_span() {
        List<Order> accepted = new ArrayList<>();
        BatchResult<Order> result = orders.process(
                messages, batch -> batch.fail(messages.get(1), new IllegalStateException()), (all, succeeded) -> {
                    all.stream().filter(succeeded).forEach(accepted::add);
                    tracer.startSettleAt("ack", "orders").close();
                });

        assertThat(accepted).containsExactly(messages.get(0), messages.get(2)).isEqualTo(result.succeeded());
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("process orders", "ack orders");
        assertThat(otel.spans().get(1).getParentSpanId())
                .isEqualTo(otel.spans().get(0).getSpanId());
    }

    @Test
    void batch_whose_handler_throws_is_settled_as_one_of_which_nothing_succeeded() {
        IOException failure = new IOException("database gone");
        IllegalStateException alsoFailed = new IllegalStateException("broker gone");
        List<Order> settled = new ArrayList<>();

        assertThatThrownBy(() -> orders.process(
                        messages,
                        batch -> {
                            throw failure;
                        },
                        (all, succeeded) -> {
                            settled.addAll(all);
                            assertThat(all).noneMatch(succeeded);
                            tracer.startSettleAt("nack", "orders").close();
                            throw alsoFailed;
                        }))
                .isSameAs(failure)
                .hasSuppressedException(alsoFailed);

        assertThat(settled).isEqualTo(messages);
        assertThat(otel.spans().get(1).getParentSpanId())
                .isEqualTo(otel.spans().get(0).getSpanId());
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void empty_batch_is_not_settled() {
        orders.process(List.of(), batch -> {}, (all, succeeded) -> {
            throw new AssertionError("nothing to settle");
        });

        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void context_can_be_made_current_to_settle_by_hand() {
        BatchResult<Order> result = orders.process(messages, batch -> {});
        try (Scope scope = result.makeCurrent()) {
            tracer.startSettleAt("ack", "orders").close();
        }
        Runnable later = result.context()
                .wrap(() -> tracer.startSettleAt("nack", "orders").close());
        later.run();

        String batch = otel.spans().get(0).getSpanId();
        assertThat(otel.spans())
                .hasSize(3)
                .filteredOn(span -> span.getParentSpanId().equals(batch))
                .hasSize(2);
    }

    @Test
    void what_the_settlement_throws_comes_out_as_the_same_object() {
        IOException failure = new IOException("broker gone");
        BatchResult<Order> result = orders.process(messages, batch -> {});

        assertThatThrownBy(() -> result.settle((all, succeeded) -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
        assertThatThrownBy(() -> result.settle(null)).hasMessageContaining("settlement");
    }

    @Test
    void lists_cannot_be_changed() {
        BatchResult<Order> result =
                orders.process(messages, batch -> batch.fail(messages.get(1), new IllegalStateException()));

        for (List<Order> list : List.of(result.messages(), result.succeeded(), result.failed())) {
            assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> list.remove(0));
        }
    }
}
