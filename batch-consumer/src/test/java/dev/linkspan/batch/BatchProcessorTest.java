package dev.linkspan.batch;

import static dev.linkspan.batch.Order.linkedSpans;
import static dev.linkspan.batch.Order.spanId;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many messages, one span. */
class BatchProcessorTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BatchProcessor<Order> orders = BatchProcessor.create(Order.tracer(otel.openTelemetry()));

    @AfterEach
    void spans_follow_the_conventions() {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
    }

    @Test
    void batch_is_one_consumer_span_that_links_to_every_producer_in_message_order() {
        orders.process(List.of(Order.from(3), Order.from(1), Order.from(2)), batch -> {});

        SpanData span = theSpan();
        assertThat(span.getName()).isEqualTo("process orders");
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(linkedSpans(span)).containsExactly(spanId(3), spanId(1), spanId(2));
        assertThat(span.getLinks())
                .extracting(LinkData::getAttributes)
                .containsExactly(
                        Attributes.of(stringKey("messaging.message.id"), "order-3"),
                        Attributes.of(stringKey("messaging.message.id"), "order-1"),
                        Attributes.of(stringKey("messaging.message.id"), "order-2"));
        assertThat(span.getAttributes().asMap())
                .isEqualTo(Attributes.builder()
                        .put("messaging.system", "orders")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.batch.message_count", 3)
                        .build()
                        .asMap());
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void ten_thousand_messages_of_ten_thousand_producers_are_one_span_with_128_links_and_9872_counted() {
        BatchResult<Order> result = orders.process(Order.many(10_000), batch -> {});

        SpanData span = theSpan();
        assertThat(linkedSpans(span)).hasSize(128).startsWith(spanId(1));
        assertThat(Integer.parseInt(linkedSpans(span).get(127), 16)).isGreaterThan(9_900);
        assertThat(span.getTotalRecordedLinks()).isEqualTo(128);
        assertThat(span.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(10_000);
        assertThat(span.getAttributes().get(longKey("linkspan.links.left_out"))).isEqualTo(9_872);
        assertThat(counted("linkspan.links.left_out")).isEqualTo(9_872);
        assertThat(counted("messaging.client.consumed.messages")).isEqualTo(10_000);
        assertThat(result.succeeded()).hasSize(10_000);
    }

    @Test
    void links_that_are_kept_are_spread_over_the_batch_and_unsampled_ones_give_way() {
        List<Order> messages = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            messages.add(Order.from(i, "order-" + i, i % 2 == 0));
        }
        orders.process(messages, batch -> {});

        List<String> links = linkedSpans(theSpan());
        assertThat(links).hasSize(128).startsWith(spanId(1));
        List<Integer> numbers =
                links.stream().map(id -> Integer.parseInt(id, 16)).toList();
        assertThat(numbers).isSorted();
        assertThat(numbers.subList(1, 128)).allMatch(number -> number % 2 == 0);
        for (int from = 0; from < 1_000; from += 100) {
            int start = from;
            assertThat(numbers)
                    .filteredOn(number -> number > start && number <= start + 100)
                    .hasSizeBetween(10, 16);
        }
    }

    @Test
    void five_hundred_messages_of_one_producer_span_are_one_link_that_says_so() {
        List<Order> messages = IntStream.range(0, 500)
                .mapToObj(i -> Order.from(7, "order-" + i, true))
                .toList();
        orders.process(messages, batch -> {});

        SpanData span = theSpan();
        assertThat(linkedSpans(span)).containsExactly(spanId(7));
        assertThat(span.getLinks().get(0).getAttributes())
                .isEqualTo(Attributes.of(longKey("linkspan.link.message_count"), 500L));
        assertThat(span.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(500);
        assertThat(span.getAttributes().get(longKey("linkspan.links.left_out"))).isNull();
    }

    @Test
    void batch_span_is_current_in_the_handler_and_not_after() {
        SpanContext[] inside = new SpanContext[1];
        orders.process(Order.many(2), batch -> inside[0] = Span.current().getSpanContext());

        assertThat(inside[0].getSpanId()).isEqualTo(theSpan().getSpanId());
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void span_of_one_item_can_link_to_that_items_own_producer() {
        List<Order> messages = List.of(Order.from(1), Order.from(2), Order.untraced("bare"));
        orders.process(
                messages,
                batch -> batch.forEach(order -> otel.openTelemetry()
                        .getTracer("shop")
                        .spanBuilder("price " + order.id())
                        .addLink(batch.origin(order))
                        .startSpan()
                        .end()));

        SpanData batch = named("process orders");
        for (String name : List.of("price order-1", "price order-2", "price bare")) {
            assertThat(named(name).getParentSpanId()).isEqualTo(batch.getSpanId());
        }
        assertThat(linkedSpans(named("price order-1"))).containsExactly(spanId(1));
        assertThat(linkedSpans(named("price order-2"))).containsExactly(spanId(2));
        assertThat(linkedSpans(named("price bare"))).isEmpty();
        assertThat(counted("linkspan.propagation.extracted")).isEqualTo(3);
    }

    @Test
    void origin_is_only_what_policy_lets_us_believe() {
        Order order = Order.from(1);
        MessagingTelemetry untrusting = MessagingTelemetry.builder(otel.openTelemetry())
                .policy("orders", policy -> policy.trusted(false))
                .build();
        MessagingTelemetry deaf = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.propagation(false))
                .build();

        assertThat(Order.tracer(untrusting).origin(order).isValid()).isTrue();
        assertThat(Order.tracer(untrusting).origin(order).isSampled()).isFalse();
        assertThat(Order.tracer(deaf).origin(order).isValid()).isFalse();
    }

    @Test
    void origin_of_a_message_without_context_is_not_the_current_span() {
        Span ambient =
                otel.openTelemetry().getTracer("shop").spanBuilder("ambient").startSpan();
        try (Scope scope = ambient.makeCurrent()) {
            assertThat(Order.tracer(otel.openTelemetry())
                            .origin(Order.untraced("bare"))
                            .isValid())
                    .isFalse();
        } finally {
            ambient.end();
        }
    }

    @Test
    void what_the_handler_throws_comes_out_as_the_same_object_and_makes_the_span_an_error() {
        IOException failure = new IOException("disk full");
        assertThatThrownBy(() -> orders.process(Order.many(3), batch -> {
                    batch.fail(batch.messages().get(0), new IllegalArgumentException("odd"));
                    throw failure;
                }))
                .isSameAs(failure);

        SpanData span = theSpan();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).isEqualTo("disk full");
        assertThat(span.getAttributes().get(stringKey("error.type"))).isEqualTo("java.io.IOException");
        assertThat(span.getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void empty_batch_makes_no_span_and_calls_no_handler() {
        BatchResult<Order> result = orders.process(List.of(), batch -> {
            throw new AssertionError("called");
        });

        assertThat(otel.spans()).isEmpty();
        assertThat(result.messages()).isEmpty();
        assertThat(result.succeeded()).isEmpty();
        assertThat(result.failed()).isEmpty();
        assertThat(result.succeeded(Order.from(1))).isFalse();
        result.settle((messages, succeeded) -> {
            throw new AssertionError("settled");
        });
        try (Scope scope = result.makeCurrent()) {
            assertThat(Span.fromContext(result.context()).getSpanContext().isValid())
                    .isFalse();
        }
    }

    @Test
    void null_message_is_a_message_like_any_other() {
        Order order = Order.from(1);
        BatchResult<Order> result = orders.process(
                Arrays.asList(order, null),
                batch -> batch.forEach(each -> assertThat(each.id()).isNotEmpty()));

        assertThat(result.failed()).containsExactly((Order) null);
        assertThat(result.error(null)).isInstanceOf(NullPointerException.class);
        assertThat(result.succeeded(order)).isTrue();
        assertThat(theSpan().getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(2);
    }

    @Test
    void batch_has_a_list_of_its_own_that_nobody_changes() {
        List<Order> passed = new ArrayList<>(Order.many(2));
        orders.process(passed, batch -> {
            passed.clear();
            assertThat(batch.messages()).hasSize(2);
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> batch.messages().remove(0));
        });
    }

    @Test
    void messages_are_iterated_once_and_their_failure_comes_out_before_any_span() {
        ConcurrentModificationException failure = new ConcurrentModificationException();
        assertThatThrownBy(() -> orders.process(
                        () -> {
                            throw failure;
                        },
                        batch -> {}))
                .isSameAs(failure);
        assertThat(otel.spans()).isEmpty();

        int[] iterations = {0};
        orders.process(
                () -> {
                    iterations[0]++;
                    return Order.many(2).iterator();
                },
                batch -> assertThat(batch.messages()).hasSize(2));
        assertThat(iterations[0]).isOne();
    }

    @Test
    void missing_arguments_are_named() {
        assertThatThrownBy(() -> BatchProcessor.create(null)).hasMessageContaining("tracer");
        assertThatThrownBy(() -> orders.process(null, batch -> {})).hasMessageContaining("messages");
        assertThatThrownBy(() -> orders.process(List.of(), null)).hasMessageContaining("handler");
        assertThatThrownBy(() -> orders.processAsync(null, batch -> null)).hasMessageContaining("messages");
        assertThatThrownBy(() -> orders.processAsync(List.of(), null)).hasMessageContaining("handler");
    }

    @Test
    void settings_out_of_range_are_refused() {
        BatchProcessorBuilder<Order> builder = BatchProcessor.builder(Order.tracer(otel.openTelemetry()));
        assertThatThrownBy(() -> builder.failureEvents(-1)).hasMessageContaining("0 to 128, not -1");
        assertThatThrownBy(() -> builder.failureEvents(129)).hasMessageContaining("not 129");
        assertThatThrownBy(() -> builder.errorShare(1.1)).hasMessageContaining("0 to 1, not 1.1");
        assertThatThrownBy(() -> builder.errorShare(-0.1)).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> builder.errorShare(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void without_process_spans_the_handler_runs_and_the_result_says_the_same() {
        MessagingTelemetry quiet = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.processSpans(false))
                .build();
        List<Order> messages = Order.many(2);
        BatchResult<Order> result = BatchProcessor.create(Order.tracer(quiet))
                .process(messages, batch -> batch.fail(messages.get(1), new IllegalStateException()));

        assertThat(otel.spans()).isEmpty();
        assertThat(result.succeeded()).containsExactly(messages.get(0));
    }

    private static SpanData theSpan() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }

    private static SpanData named(String name) {
        return otel.spans().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long counted(String metric) {
        return otel.metrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
