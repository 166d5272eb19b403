package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Many messages, one process span. */
class BatchProcessTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void batch_is_one_root_span_that_links_to_every_producer_in_order() {
        for (int i = 0; i < 5; i++) {
            queue.send(ToyMessage.to("orders"));
        }
        queue.messages().startBatch(queue.poll()).close();

        SpanData batch = recorded.span("process orders");
        assertThat(isRoot(batch)).isTrue();
        assertThat(links(batch))
                .containsExactlyElementsOf(recorded.spans("send orders").stream()
                        .map(RecordedTelemetry::id)
                        .toList());
        assertThat(batch.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isEqualTo(5);
        assertThat(batch.getAttributes().get(Semconv.LINKS_LEFT_OUT)).isNull();
    }

    @Test
    void batch_is_a_child_of_the_ambient_span() {
        Span ambient = recorded.startSpan("ambient");
        try (Scope scope = ambient.makeCurrent()) {
            queue.messages().startBatch(numbered(2)).close();
        }

        assertThat(isChild(recorded.span("process orders"), ambient.getSpanContext()))
                .isTrue();
        assertThat(links(recorded.span("process orders"))).hasSize(2);
    }

    @Test
    void ten_thousand_producers_give_128_links_and_9872_counted() {
        queue.messages().startBatch(numbered(10_000)).close();

        SpanData batch = recorded.span("process orders");
        assertThat(batch.getLinks()).hasSize(128);
        assertThat(batch.getTotalRecordedLinks()).isEqualTo(128);
        assertThat(batch.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isEqualTo(10_000);
        assertThat(batch.getAttributes().get(Semconv.LINKS_LEFT_OUT)).isEqualTo(9_872);
        assertThat(recorded.count("linkspan.links.left_out")).isEqualTo(9_872);
    }

    @Test
    void without_a_span_no_message_is_left_out_of_its_links() {
        new ToyQueue(recorded.messaging(policy -> policy.processSpans(false)))
                .messages()
                .startBatch(numbered(200))
                .close();

        assertThat(recorded.counter("linkspan.links.left_out")).isEmpty();
    }

    @Test
    void batch_of_one_destination_is_known_as_such_when_there_are_too_many_to_remember() {
        for (int i = 0; i < 1_001; i++) {
            queue.messages().process(ToyMessage.to("orders-" + i), message -> {});
        }
        queue.messages()
                .startBatch(List.of(ToyMessage.to("late"), ToyMessage.to("late")))
                .close();

        assertThat(recorded.names()).contains("process late").doesNotContain("process");
    }

    @Test
    void five_hundred_messages_of_one_producer_give_one_link_that_says_so() {
        ToyMessage message = ToyMessage.to("orders").header("traceparent", Headers.TRACEPARENT);
        queue.messages().startBatch(Collections.nCopies(500, message)).close();

        SpanData batch = recorded.span("process orders");
        assertThat(links(batch)).containsExactly(Headers.ORIGIN);
        assertThat(batch.getLinks().get(0).getAttributes().get(Semconv.LINK_MESSAGE_COUNT))
                .isEqualTo(500);
        assertThat(batch.getAttributes().get(Semconv.LINKS_LEFT_OUT)).isNull();
    }

    @Test
    void policy_bounds_the_links() {
        new ToyQueue(recorded.messaging(policy -> policy.maxLinks(3)))
                .messages()
                .startBatch(numbered(10))
                .close();

        assertThat(links(recorded.span("process orders")))
                .hasSize(3)
                .startsWith(Headers.origin(0))
                .endsWith(Headers.origin(9));
    }

    @Test
    void links_of_several_destinations_are_bounded_in_whatever_order_they_come() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy("audit", policy -> policy.maxLinks(1))
                .build();
        List<ToyMessage> messages = new ArrayList<>(numbered(100));
        messages.add(0, ToyMessage.to("audit").header("traceparent", Headers.traceparent(200, true)));
        new ToyQueue(messaging).messages().startBatch(messages).close();
        Collections.reverse(messages);
        new ToyQueue(messaging).messages().startBatch(messages).close();

        assertThat(recorded.spans())
                .hasSize(2)
                .allSatisfy(batch -> assertThat(batch.getLinks()).hasSize(101));
    }

    @Test
    void messages_without_context_are_counted_but_not_linked() {
        List<ToyMessage> batch = new ArrayList<>(numbered(2));
        batch.add(ToyMessage.to("orders"));
        queue.messages().startBatch(batch).close();

        SpanData span = recorded.span("process orders");
        assertThat(links(span)).hasSize(2);
        assertThat(span.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isEqualTo(3);
        assertThat(span.getAttributes().get(Semconv.LINKS_LEFT_OUT)).isNull();
    }

    @Test
    void batch_takes_no_messages_baggage() {
        MessageSpan batch =
                queue.messages().startBatch(List.of(ToyMessage.to("orders").header("baggage", "tenant=a")));
        try (Scope scope = batch.makeCurrent()) {
            assertThat(Baggage.current().isEmpty()).isTrue();
        }
        batch.close();
    }

    @Test
    void batch_iterates_its_messages_once() {
        int[] iterations = {0};
        List<ToyMessage> messages = numbered(3);
        queue.messages()
                .startBatch(() -> {
                    iterations[0]++;
                    return messages.iterator();
                })
                .close();

        assertThat(iterations[0]).isOne();
        assertThat(links(recorded.span("process orders"))).hasSize(3);
    }

    @Test
    void list_of_messages_is_one_of_its_own_that_nobody_changes() {
        List<ToyMessage> given = new ArrayList<>(numbered(2));
        List<ToyMessage> list = queue.messages().listOf(given);
        List<ToyMessage> iterated = queue.messages().listOf(() -> numbered(3).iterator());
        given.clear();

        assertThat(list).hasSize(2).isUnmodifiable();
        assertThat(iterated).hasSize(3).isUnmodifiable();
    }

    @Test
    void list_of_messages_is_read_in_the_adapters_way_and_as_it_comes_where_that_fails() {
        List<ToyMessage> hooked = numbered(2);
        ToyAdapter adapter = new ToyAdapter() {
            @Override
            public Iterable<? extends ToyMessage> elements(Iterable<? extends ToyMessage> messages) {
                if (messages == hooked) {
                    return List.of(hooked.get(1));
                }
                throw new IllegalStateException("elements");
            }
        };
        MessageTracer<ToyMessage> tracer = recorded.messaging().tracer(adapter, ClientFacts.NONE, false);

        assertThat(tracer.listOf(hooked)).containsExactly(hooked.get(1));
        assertThat(tracer.listOf(numbered(3))).hasSize(3);
        assertThat(recorded.errors("adapter.elements")).isOne();
    }

    @Test
    void iterator_that_throws_half_way_leaves_a_span_with_the_links_so_far() {
        Iterator<ToyMessage> two = numbered(2).iterator();
        queue.messages()
                .startBatch(() -> new Iterator<ToyMessage>() {
                    @Override
                    public boolean hasNext() {
                        return true;
                    }

                    @Override
                    public ToyMessage next() {
                        if (!two.hasNext()) {
                            throw new NoSuchElementException("changed underneath");
                        }
                        return two.next();
                    }
                })
                .close();

        assertThat(links(recorded.span("process orders"))).containsExactly(Headers.origin(0), Headers.origin(1));
        assertThat(recorded.errors("scan")).isOne();
    }

    @Test
    void null_message_in_a_batch_costs_the_others_nothing() {
        List<ToyMessage> batch = new ArrayList<>(numbered(2));
        batch.add(1, null);
        queue.messages().startBatch(batch).close();

        assertThat(recorded.spans())
                .singleElement()
                .satisfies(span -> assertThat(links(span)).hasSize(2));
    }

    @Test
    void batch_span_is_current_where_its_handle_is() {
        MessageSpan batch = queue.messages().startBatch(numbered(1));
        try (Scope scope = batch.makeCurrent()) {
            assertThat(Span.current().getSpanContext().isValid()).isTrue();
            recorded.startSpan("work").end();
        }
        batch.close();

        assertThat(id(recorded.span("work").getParentSpanContext())).isEqualTo(id(recorded.span("process orders")));
    }

    @Test
    void context_of_a_batch_that_lives_on_holds_no_message() {
        ReferenceQueue<ToyMessage> collected = new ReferenceQueue<>();
        List<PhantomReference<ToyMessage>> references = new ArrayList<>();
        MessageSpan batch = startBatchAndForgetMessages(collected, references);
        Context kept = batch.context();
        batch.close();

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            for (Object gone = collected.poll(); gone != null; gone = collected.poll()) {
                references.remove(gone);
            }
            return references.isEmpty();
        });
        assertThat(Span.fromContext(kept).getSpanContext().isValid()).isTrue();
    }

    private MessageSpan startBatchAndForgetMessages(
            ReferenceQueue<ToyMessage> collected, List<PhantomReference<ToyMessage>> references) {
        List<ToyMessage> messages = numbered(300);
        messages.forEach(message -> references.add(new PhantomReference<>(message, collected)));
        return queue.messages().startBatch(messages);
    }

    private static List<ToyMessage> numbered(int count) {
        List<ToyMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(ToyMessage.to("orders").header("traceparent", Headers.traceparent(i, true)));
        }
        return messages;
    }
}
