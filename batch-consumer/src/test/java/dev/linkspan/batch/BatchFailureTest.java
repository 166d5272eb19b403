package dev.linkspan.batch;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that fail by themselves, and batches that fail as a whole. */
class BatchFailureTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BatchProcessor<Order> orders = BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    private final List<Order> messages = Order.many(50);

    @AfterEach
    void spans_follow_the_conventions() {
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void for_each_goes_on_after_a_message_that_fails() throws IOException {
        List<Order> seen = new ArrayList<>();
        BatchResult<Order> result = orders.process(
                messages,
                batch -> batch.forEach(order -> {
                    seen.add(order);
                    if (messages.indexOf(order) % 25 == 24) {
                        throw new IOException("no " + order.id());
                    }
                }));

        assertThat(seen).isEqualTo(messages);
        assertThat(result.failed()).containsExactly(messages.get(24), messages.get(49));
        assertThat(result.succeeded()).hasSize(48).doesNotContain(messages.get(24), messages.get(49));
        assertThat(result.error(messages.get(24))).hasMessage("no order-25");
        assertThat(result.error(messages.get(0))).isNull();
        assertThat(result.succeeded(messages.get(24))).isFalse();
        assertThat(result.succeeded(messages.get(0))).isTrue();
        assertThat(result.messages()).isEqualTo(messages);
    }

    @Test
    void messages_that_fail_are_events_with_their_id_and_no_error_of_the_span() throws IOException {
        orders.process(
                messages,
                batch -> batch.forEach(order -> {
                    if (order == messages.get(6)) {
                        throw new IOException("no such item");
                    }
                }));

        SpanData span = theSpan();
        assertThat(span.getStatus()).isEqualTo(StatusData.unset());
        assertThat(span.getAttributes().get(stringKey("error.type"))).isNull();
        assertThat(span.getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
        assertThat(span.getEvents()).singleElement().satisfies(event -> {
            assertThat(event.getName()).isEqualTo("exception");
            assertThat(event.getAttributes().get(stringKey("messaging.message.id")))
                    .isEqualTo("order-7");
            assertThat(event.getAttributes().get(stringKey("messaging.destination.name")))
                    .isEqualTo("orders");
            assertThat(event.getAttributes().get(stringKey("exception.type"))).isEqualTo("java.io.IOException");
            assertThat(event.getAttributes().get(stringKey("exception.message")))
                    .isEqualTo("no such item");
        });
    }

    @Test
    void first_ten_failures_are_events_and_all_are_counted() {
        orders.process(messages, batch -> {
            for (Order order : messages.subList(5, 45)) {
                batch.fail(order, new IllegalStateException("refused"));
            }
        });

        SpanData span = theSpan();
        assertThat(ids(span))
                .containsExactly(
                        "order-6",
                        "order-7",
                        "order-8",
                        "order-9",
                        "order-10",
                        "order-11",
                        "order-12",
                        "order-13",
                        "order-14",
                        "order-15");
        assertThat(span.getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(40);
    }

    @Test
    void number_of_events_can_be_set() {
        BatchProcessor<Order> quiet = BatchProcessor.builder(Order.tracer(otel.openTelemetry()))
                .failureEvents(0)
                .build();
        quiet.process(messages, batch -> batch.fail(messages.get(0), new IllegalStateException()));

        assertThat(theSpan().getEvents()).isEmpty();
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
    }

    @Test
    void text_of_a_failure_is_bounded() {
        orders.process(messages, batch -> batch.fail(messages.get(0), new IllegalStateException("x".repeat(100_000))));

        assertThat(theSpan().getEvents().get(0).getAttributes().get(stringKey("exception.message")))
                .hasSize(256);
        assertThat(theSpan().getEvents().get(0).getAttributes().get(stringKey("messaging.message.id")))
                .isEqualTo("order-1");
    }

    @Test
    void batch_without_failures_says_nothing_of_them() {
        orders.process(messages, batch -> batch.forEach(order -> {}));

        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isNull();
        assertThat(theSpan().getEvents()).isEmpty();
    }

    @Test
    void batch_of_which_every_message_failed_has_failed_as_a_whole() throws IOException {
        orders.process(
                messages,
                batch -> batch.forEach(order -> {
                    throw new IOException("down");
                }));

        assertThat(theSpan().getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, "50 of 50 messages failed"));
        assertThat(theSpan().getAttributes().get(stringKey("error.type"))).isEqualTo("java.io.IOException");
        assertThat(theSpan().getEvents()).hasSize(10);
    }

    @Test
    void share_of_failures_that_is_an_error_can_be_set() {
        for (double share : new double[] {0, 0.1, 0.2}) {
            BatchProcessor.builder(Order.tracer(otel.openTelemetry()))
                    .errorShare(share)
                    .build()
                    .process(messages, batch -> {
                        for (Order order : messages.subList(0, 5)) {
                            batch.fail(order, new IllegalStateException());
                        }
                    });
            BatchProcessor.builder(Order.tracer(otel.openTelemetry()))
                    .errorShare(share)
                    .build()
                    .process(messages, batch -> {});
        }

        assertThat(otel.spans())
                .extracting(span -> span.getStatus().getStatusCode().name())
                .containsExactly("ERROR", "UNSET", "ERROR", "UNSET", "UNSET", "UNSET");
    }

    @Test
    void share_of_failures_is_reached_where_it_is_met_exactly() {
        List<Order> hundred = Order.many(100);
        BatchProcessor.builder(Order.tracer(otel.openTelemetry()))
                .errorShare(0.07)
                .build()
                .process(
                        hundred,
                        batch ->
                                hundred.subList(0, 7).forEach(order -> batch.fail(order, new IllegalStateException())));

        assertThat(theSpan().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void error_type_is_what_happened_and_not_the_future_that_carried_it() {
        orders.process(
                messages,
                batch ->
                        messages.forEach(order -> batch.fail(order, new CompletionException(new IOException("down")))));

        assertThat(theSpan().getAttributes().get(stringKey("error.type"))).isEqualTo("java.io.IOException");
    }

    @Test
    void handler_can_fail_the_batch_as_a_whole_and_return() {
        IOException rolledBack = new IOException("rolled back");
        IllegalStateException odd = new IllegalStateException("odd");
        BatchResult<Order> result = orders.process(messages, batch -> {
            batch.fail(messages.get(0), odd);
            batch.fail(rolledBack);
        });

        assertThat(result.succeeded()).isEmpty();
        assertThat(result.failed()).isEqualTo(messages);
        assertThat(result.error(messages.get(0))).isSameAs(odd);
        assertThat(result.error(messages.get(1))).isSameAs(rolledBack);
        SpanData span = theSpan();
        assertThat(span.getStatus().getDescription()).isEqualTo("rolled back");
        assertThat(span.getAttributes().get(stringKey("error.type"))).isEqualTo("java.io.IOException");
        assertThat(span.getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(50);
        assertThat(span.getEvents()).hasSize(2);
    }

    @Test
    void message_that_fails_twice_is_counted_once_with_its_first_error() {
        IllegalStateException first = new IllegalStateException("first");
        BatchResult<Order> result = orders.process(messages, batch -> {
            batch.fail(messages.get(0), first);
            batch.fail(messages.get(0), new IllegalStateException("second"));
        });

        assertThat(result.error(messages.get(0))).isSameAs(first);
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
        assertThat(theSpan().getEvents()).hasSize(1);
    }

    @Test
    void for_each_leaves_out_what_has_failed_already() {
        List<Order> stored = new ArrayList<>();
        orders.process(messages, batch -> {
            batch.forEach(order -> {
                if (order == messages.get(3)) {
                    throw new IllegalArgumentException("invalid");
                }
            });
            batch.forEach(stored::add);
        });

        assertThat(stored).hasSize(49).doesNotContain(messages.get(3));
    }

    @Test
    void equal_messages_are_told_apart() {
        Order one = Order.from(1);
        Order other = Order.from(1);
        assertThat(one).isEqualTo(other);
        BatchResult<Order> result =
                orders.process(List.of(one, other), batch -> batch.fail(other, new IllegalStateException()));

        assertThat(result.succeeded(one)).isTrue();
        assertThat(result.succeeded(other)).isFalse();
        assertThat(result.succeeded(Order.from(1))).isFalse();
        assertThat(result.failed()).hasSize(1).first().isSameAs(other);
    }

    @Test
    void message_that_stands_in_the_batch_twice_fails_in_both_places() {
        Order order = Order.from(1);
        BatchResult<Order> result =
                orders.process(Collections.nCopies(3, order), batch -> batch.fail(order, new IllegalStateException()));

        assertThat(result.failed()).hasSize(3);
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(3);
    }

    @Test
    void to_fail_what_is_not_of_the_batch_is_a_mistake_that_says_so() {
        IOException cause = new IOException("lost");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> orders.process(messages, batch -> batch.fail(Order.from(1), cause)))
                .withMessageContaining("the very object")
                .withCause(cause);
    }

    @Test
    void to_fail_after_the_end_is_a_mistake_that_says_so() {
        List<Batch<Order>> kept = new ArrayList<>();
        BatchResult<Order> result = orders.process(messages, kept::add);
        IOException cause = new IOException("late");

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> kept.get(0).fail(messages.get(0), cause))
                .withMessageContaining("has ended")
                .withCause(cause);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> kept.get(0).fail(cause))
                .withCause(cause);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> kept.get(0).forEach(order -> {}));
        assertThat(result.failed()).isEmpty();
    }

    @Test
    void error_that_is_missing_is_named() {
        orders.process(messages, batch -> {
            assertThatThrownBy(() -> batch.fail(messages.get(0), null)).hasMessageContaining("error");
            assertThatThrownBy(() -> batch.fail(null)).hasMessageContaining("error");
            assertThatThrownBy(() -> batch.forEach(null)).hasMessageContaining("handler");
        });
    }

    static List<Throwable> no_fault_of_the_message() {
        return List.of(new OutOfMemoryError("heap"), new InternalError("vm"), new InterruptedException("shutdown"));
    }

    @ParameterizedTest
    @MethodSource("no_fault_of_the_message")
    void what_is_no_fault_of_the_message_comes_out_and_ends_the_batch(Throwable fatal) {
        List<Order> seen = new ArrayList<>();
        assertThatThrownBy(() -> orders.process(
                        messages,
                        batch -> batch.forEach(order -> {
                            seen.add(order);
                            throw fatal;
                        })))
                .isSameAs(fatal);

        assertThat(seen).hasSize(1);
        assertThat(theSpan().getStatus().getDescription()).isEqualTo(fatal.getMessage());
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isNull();
    }

    @Test
    void what_is_thrown_while_the_thread_is_interrupted_comes_out() {
        ClosedByInterruptException closed = new ClosedByInterruptException();
        try {
            assertThatThrownBy(() -> orders.process(
                            messages,
                            batch -> batch.forEach(order -> {
                                Thread.currentThread().interrupt();
                                throw closed;
                            })))
                    .isSameAs(closed);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void errors_that_a_message_can_cause_fail_that_message_alone() {
        BatchResult<Order> result = orders.process(
                messages,
                batch -> batch.forEach(order -> {
                    if (order == messages.get(0)) {
                        throw new StackOverflowError("nested too deep");
                    }
                    if (order == messages.get(1)) {
                        throw new NoClassDefFoundError("Codec");
                    }
                    if (order == messages.get(2)) {
                        throw new AssertionError("odd");
                    }
                }));

        assertThat(result.failed()).isEqualTo(messages.subList(0, 3));
    }

    @Test
    void exception_that_cannot_say_what_it_is_breaks_nothing() {
        BatchResult<Order> result = orders.process(
                messages,
                batch -> batch.forEach(order -> {
                    if (order == messages.get(0)) {
                        throw new IllegalStateException() {
                            @Override
                            public String getMessage() {
                                throw new UnsupportedOperationException("no message");
                            }
                        };
                    }
                }));

        assertThat(result.failed()).containsExactly(messages.get(0));
        assertThat(theSpan().getAttributes().get(longKey("linkspan.batch.failed_count")))
                .isEqualTo(1);
    }

    private static SpanData theSpan() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }

    private static List<String> ids(SpanData span) {
        return span.getEvents().stream()
                .map(EventData::getAttributes)
                .map(attributes -> attributes.get(stringKey("messaging.message.id")))
                .toList();
    }
}
