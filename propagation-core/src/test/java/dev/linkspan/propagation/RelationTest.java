package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Link, not parent; and what the other relations do. */
class RelationTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());
    private final Span ambient = recorded.startSpan("ambient");

    @Test
    void consumer_span_links_to_the_producer_span() {
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.take(), message -> {});

        SpanData producer = recorded.span("send orders");
        SpanData consumer = recorded.span("process orders");
        assertThat(links(consumer)).containsExactly(id(producer));
        assertThat(producer.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(consumer.getKind()).isEqualTo(SpanKind.CONSUMER);
    }

    @Test
    void consumer_span_is_the_root_of_another_trace() {
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.take(), message -> {});

        SpanData consumer = recorded.span("process orders");
        assertThat(isRoot(consumer)).isTrue();
        assertThat(consumer.getTraceId())
                .isNotEqualTo(recorded.span("send orders").getTraceId());
    }

    @Test
    void producer_span_has_ended_before_the_consumer_span_starts() {
        queue.send(ToyMessage.to("orders"));

        assertThat(recorded.names()).containsExactly("send orders");
        assertThat(recorded.span("send orders").hasEnded()).isTrue();
    }

    @Test
    void consumer_span_is_a_child_of_the_ambient_span_and_links_to_the_producer_only() {
        queue.send(ToyMessage.to("orders"));
        processInAmbientSpan(queue);

        SpanData consumer = recorded.span("process orders");
        assertThat(isChild(consumer, ambient.getSpanContext())).isTrue();
        assertThat(links(consumer)).containsExactly(id(recorded.span("send orders")));
    }

    @Test
    void handler_runs_with_the_consumer_span_current() {
        queue.send(ToyMessage.to("orders"));
        String current =
                queue.messages().call(queue.take(), message -> id(Span.current().getSpanContext()));

        assertThat(current).isEqualTo(id(recorded.span("process orders")));
    }

    @Test
    void new_root_ignores_the_ambient_span_and_links_to_it_last() {
        ToyQueue loop = queueWith(Relation.LINK_NEW_ROOT);
        loop.send(ToyMessage.to("orders"));
        processInAmbientSpan(loop);

        SpanData consumer = recorded.span("process orders");
        assertThat(isRoot(consumer)).isTrue();
        assertThat(links(consumer)).containsExactly(id(recorded.span("send orders")), id(ambient.getSpanContext()));
    }

    @Test
    void new_root_without_an_ambient_span_links_to_the_producer_only() {
        ToyQueue loop = queueWith(Relation.LINK_NEW_ROOT);
        loop.send(ToyMessage.to("orders"));
        loop.messages().process(loop.take(), message -> {});

        assertThat(links(recorded.span("process orders"))).containsExactly(id(recorded.span("send orders")));
    }

    @Test
    void new_root_makes_a_batch_span_a_root_that_links_to_the_ambient_span_last() {
        ToyQueue loop = queueWith(Relation.LINK_NEW_ROOT);
        loop.send(ToyMessage.to("orders"));
        loop.send(ToyMessage.to("orders"));
        List<ToyMessage> batch = List.of(loop.take(), loop.take());
        try (Scope scope = ambient.makeCurrent()) {
            loop.messages().startBatch(batch).close();
        }

        SpanData consumer = recorded.span("process orders");
        assertThat(isRoot(consumer)).isTrue();
        assertThat(links(consumer))
                .containsExactly(
                        id(recorded.spans("send orders").get(0)),
                        id(recorded.spans("send orders").get(1)),
                        id(ambient.getSpanContext()));
    }

    @Test
    void ambient_link_counts_towards_the_bound() {
        ToyQueue loop = new ToyQueue(recorded.messaging(
                policy -> policy.relation(Relation.LINK_NEW_ROOT).maxLinks(1)));
        loop.send(ToyMessage.to("orders"));
        processInAmbientSpan(loop);

        assertThat(links(recorded.span("process orders"))).containsExactly(id(recorded.span("send orders")));
    }

    @Test
    void parent_makes_the_producer_the_parent_and_keeps_the_link() {
        ToyQueue replies = queueWith(Relation.PARENT);
        replies.send(ToyMessage.to("orders"));
        replies.messages().process(replies.take(), message -> {});

        SpanData producer = recorded.span("send orders");
        SpanData consumer = recorded.span("process orders");
        assertThat(isChild(consumer, producer.getSpanContext())).isTrue();
        assertThat(links(consumer)).containsExactly(id(producer));
    }

    @Test
    void parent_turns_the_ambient_span_into_the_last_link() {
        ToyQueue replies = queueWith(Relation.PARENT);
        replies.send(ToyMessage.to("orders"));
        processInAmbientSpan(replies);

        SpanData producer = recorded.span("send orders");
        SpanData consumer = recorded.span("process orders");
        assertThat(isChild(consumer, producer.getSpanContext())).isTrue();
        assertThat(links(consumer)).containsExactly(id(producer), id(ambient.getSpanContext()));
    }

    @Test
    void parent_of_a_message_without_context_is_the_ambient_span() {
        ToyQueue replies = queueWith(Relation.PARENT);
        try (Scope scope = ambient.makeCurrent()) {
            replies.messages().process(ToyMessage.to("orders"), message -> {});
        }

        SpanData consumer = recorded.span("process orders");
        assertThat(isChild(consumer, ambient.getSpanContext())).isTrue();
        assertThat(links(consumer)).isEmpty();
    }

    @Test
    void parent_is_not_for_batches() {
        ToyQueue replies = queueWith(Relation.PARENT);
        replies.send(ToyMessage.to("orders"));
        replies.messages().startBatch(List.of(replies.take())).close();

        SpanData consumer = recorded.span("process orders");
        assertThat(isRoot(consumer)).isTrue();
        assertThat(links(consumer)).containsExactly(id(recorded.span("send orders")));
    }

    @Test
    void message_without_context_gives_a_span_without_links_even_inside_an_ambient_span() {
        try (Scope scope = ambient.makeCurrent()) {
            queue.messages().process(ToyMessage.to("orders"), message -> {});
        }

        assertThat(links(recorded.span("process orders"))).isEmpty();
    }

    private ToyQueue queueWith(Relation relation) {
        return new ToyQueue(recorded.messaging(policy -> policy.relation(relation)));
    }

    private void processInAmbientSpan(ToyQueue from) {
        try (Scope scope = ambient.makeCurrent()) {
            from.messages().process(from.take(), message -> {});
        }
    }
}
