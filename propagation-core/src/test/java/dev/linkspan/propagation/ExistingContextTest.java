package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.Headers.assertCarries;
import static dev.linkspan.propagation.Headers.carried;
import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens to a context that a message carries already when it is sent. */
class ExistingContextTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void context_made_by_create_is_kept_and_the_send_span_links_to_it_as_a_client() {
        ToyMessage sent = queue.send(queue.create(ToyMessage.to("orders")));

        SpanData create = recorded.span("create orders");
        SpanData send = recorded.span("send orders");
        assertCarries(sent, create);
        assertThat(create.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(send.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(links(send)).containsExactly(id(create));
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "kept"))
                .isOne();
        assertThat(recorded.count("linkspan.propagation.injected"))
                .as("one message, counted once")
                .isOne();
    }

    @Test
    void context_made_by_create_is_kept_for_one_message_only() {
        ToyMessage created = queue.create(ToyMessage.to("orders"));
        queue.send(created);
        ToyMessage copy = queue.send(created);

        assertCarries(copy, recorded.spans("send orders").get(1));
    }

    @Test
    void context_made_by_create_stays_deliberate_when_its_send_fails() {
        ToyMessage created = queue.create(ToyMessage.to("orders"));
        queue.sender()
                .start(created)
                .error(new IllegalStateException("the broker is away"))
                .close();
        ToyMessage sent = queue.send(created);

        assertCarries(sent, recorded.span("create orders"));
    }

    @Test
    void context_that_policy_alone_keeps_is_no_more_deliberate_for_a_send_that_failed() {
        ToyQueue bridge = new ToyQueue(mirroring());
        ToyMessage received = ToyMessage.to("mirror").header("traceparent", TRACEPARENT);
        bridge.sender()
                .start(received)
                .error(new IllegalStateException("the broker is away"))
                .close();
        ToyMessage dead = bridge.send(ToyMessage.to("dead").header("traceparent", TRACEPARENT));

        assertCarries(dead, recorded.span("send dead"));
        assertThat(links(recorded.span("send dead"))).containsExactly(ORIGIN);
    }

    @Test
    void context_made_by_create_is_sent_once_also_where_policy_keeps_every_context() {
        ToyQueue bridge = new ToyQueue(mirroring());
        ToyMessage sent = bridge.send(bridge.create(ToyMessage.to("mirror")));
        ToyMessage dead = bridge.send(ToyMessage.to("dead")
                .header("traceparent", sent.headers().get("traceparent").get(0)));

        assertCarries(sent, recorded.span("create mirror"));
        assertCarries(dead, recorded.span("send dead"));
    }

    @Test
    void context_made_by_create_stays_deliberate_when_policy_replaces_it_elsewhere() {
        ToyQueue bridge = new ToyQueue(mirroring());
        ToyMessage created = bridge.create(ToyMessage.to("replacing"));
        ToyMessage replaced = bridge.send(created);
        ToyMessage dead = bridge.send(ToyMessage.to("dead")
                .header("traceparent", created.headers().get("traceparent").get(0)));

        assertCarries(replaced, recorded.span("send replacing"));
        assertCarries(dead, recorded.span("create replacing"));
    }

    private MessagingTelemetry mirroring() {
        return MessagingTelemetry.builder(recorded.openTelemetry)
                .policy("replacing", policy -> policy.existingContext(ExistingContext.REPLACE))
                .policy("mirror", policy -> policy.existingContext(ExistingContext.KEEP))
                .build();
    }

    @Test
    void context_made_by_create_stays_deliberate_when_create_sees_the_message_again() {
        ToyMessage created = queue.create(queue.create(ToyMessage.to("orders")));
        ToyMessage sent = queue.send(created);

        assertCarries(sent, recorded.span("create orders"));
    }

    @Test
    void context_of_the_current_span_is_kept() {
        Span ambient = recorded.startSpan("ambient");
        SpanContext own = ambient.getSpanContext();
        ToyMessage sent;
        try (Scope scope = ambient.makeCurrent()) {
            sent = queue.send(withTraceparent(own.getTraceId(), own.getSpanId()));
        }

        assertThat(carried(sent)).isEqualTo(own.getTraceId() + "/" + own.getSpanId());
        assertThat(recorded.span("send orders").getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(links(recorded.span("send orders"))).containsExactly(carried(sent));
    }

    @Test
    void context_of_another_span_of_the_current_trace_is_replaced_and_linked() {
        Span ambient = recorded.startSpan("another library's process span, a child of the producer");
        String producer = ambient.getSpanContext().getTraceId() + "/" + Headers.SPAN_ID;
        ToyMessage sent;
        try (Scope scope = ambient.makeCurrent()) {
            sent = queue.send(withTraceparent(ambient.getSpanContext().getTraceId(), Headers.SPAN_ID));
        }

        assertCarries(sent, recorded.span("send orders"));
        assertThat(links(recorded.span("send orders"))).containsExactly(producer);
    }

    @Test
    void context_of_a_remote_span_that_is_current_is_replaced() {
        SpanContext remote = SpanContext.createFromRemoteParent(
                Headers.TRACE_ID, Headers.SPAN_ID, TraceFlags.getSampled(), TraceState.getDefault());
        ToyMessage sent;
        try (Scope scope = Span.wrap(remote).makeCurrent()) {
            sent = queue.send(withTraceparent(Headers.TRACE_ID, Headers.SPAN_ID));
        }

        assertCarries(sent, recorded.span("send orders"));
    }

    private static ToyMessage withTraceparent(String traceId, String spanId) {
        return ToyMessage.to("orders").header("traceparent", "00-" + traceId + "-" + spanId + "-01");
    }

    @Test
    void headers_copied_by_a_forward_inside_process_are_replaced_and_linked() {
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(queue.take(), message -> queue.send(message.forwardedTo("dead")));
        queue.messages().process(queue.take(), message -> {});

        assertHopChainIsWhole();
    }

    @Test
    void headers_copied_by_a_forward_outside_process_are_replaced_and_linked() {
        queue.send(ToyMessage.to("orders"));
        ToyMessage received = queue.take();
        queue.messages().process(received, message -> {});
        queue.send(received.forwardedTo("dead"));
        queue.messages().process(queue.take(), message -> {});

        assertHopChainIsWhole();
    }

    @Test
    void headers_copied_inside_process_are_stale_even_where_the_producer_is_the_parent() {
        ToyQueue replies = new ToyQueue(recorded.messaging(policy -> policy.relation(Relation.PARENT)));
        replies.send(ToyMessage.to("orders"));
        replies.messages().process(replies.take(), message -> replies.send(message.forwardedTo("dead")));

        assertCarries(replies.take(), recorded.span("send dead"));
    }

    @Test
    void headers_copied_inside_a_batch_are_stale_even_in_the_producers_trace() {
        Span ambient = recorded.startSpan("ambient");
        try (Scope scope = ambient.makeCurrent()) {
            queue.send(ToyMessage.to("orders"));
            ToyMessage received = queue.take();
            MessageSpan batch = queue.messages().startBatch(List.of(received));
            try (Scope inBatch = batch.makeCurrent()) {
                queue.send(received.forwardedTo("dead"));
            }
            batch.close();
        }

        assertCarries(queue.take(), recorded.span("send dead"));
        assertThat(links(recorded.span("send dead"))).containsExactly(id(recorded.span("send orders")));
    }

    @Test
    void context_that_a_batch_send_made_is_stale_when_the_received_message_is_forwarded() {
        queue.sendAll(List.of(ToyMessage.to("orders")));
        queue.send(queue.take().forwardedTo("dead"));

        assertCarries(queue.take(), recorded.span("send dead"));
        assertThat(links(recorded.span("send dead"))).containsExactly(id(recorded.span("create orders")));
    }

    @Test
    void context_that_a_plain_batch_send_made_is_stale_when_the_received_message_is_forwarded() {
        ToyQueue plain = new ToyQueue(recorded.messaging(policy -> policy.createSpans(false)));
        plain.sendAll(List.of(ToyMessage.to("orders")));
        plain.send(plain.take().forwardedTo("dead"));

        assertCarries(plain.take(), recorded.span("send dead"));
    }

    @Test
    void keep_never_touches_a_context() {
        ToyQueue mirror = new ToyQueue(recorded.messaging(policy -> policy.existingContext(ExistingContext.KEEP)));
        ToyMessage sent = mirror.send(
                ToyMessage.to("orders").header("traceparent", TRACEPARENT).header("tracestate", "a=1"));

        assertThat(sent.headers()).containsOnlyKeys("traceparent", "tracestate");
        assertThat(carried(sent)).isEqualTo(ORIGIN);
        assertThat(recorded.span("send orders").getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(links(recorded.span("send orders"))).containsExactly(ORIGIN);
    }

    @Test
    void keep_replaces_a_malformed_context_all_the_same() {
        ToyQueue mirror = new ToyQueue(recorded.messaging(policy -> policy.existingContext(ExistingContext.KEEP)));
        ToyMessage sent = mirror.send(ToyMessage.to("orders").header("traceparent", "no context"));

        assertCarries(sent, recorded.span("send orders"));
        assertThat(recorded.span("send orders").getKind()).isEqualTo(SpanKind.PRODUCER);
    }

    @Test
    void replace_never_keeps_a_context() {
        ToyQueue strict = new ToyQueue(recorded.messaging(policy -> policy.existingContext(ExistingContext.REPLACE)));
        ToyMessage sent = strict.send(strict.create(ToyMessage.to("orders")));

        assertCarries(sent, recorded.span("send orders"));
        assertThat(links(recorded.span("send orders"))).containsExactly(id(recorded.span("create orders")));
    }

    @Test
    void malformed_context_is_replaced_together_with_all_that_belonged_to_it() {
        ToyMessage sent = queue.send(ToyMessage.to("orders")
                .header("traceparent", "00-" + "0".repeat(32) + "-" + Headers.SPAN_ID + "-01")
                .header("TraceState", "old=1")
                .header("baggage", "old=1")
                .header("other", "stays"));

        assertThat(sent.headers()).containsOnlyKeys("traceparent", "other");
        assertCarries(sent, recorded.span("send orders"));
        assertThat(links(recorded.span("send orders"))).isEmpty();
    }

    @Test
    void message_that_the_caller_holds_is_never_changed() {
        ToyMessage message = ToyMessage.to("orders").header("traceparent", TRACEPARENT);
        queue.send(message);
        queue.sendAll(List.of(message, message));

        assertThat(message).isEqualTo(ToyMessage.to("orders").header("traceparent", TRACEPARENT));
    }

    @Test
    void message_object_sent_twice_carries_two_different_contexts() {
        ToyMessage message = ToyMessage.to("orders");

        assertThat(carried(queue.send(message))).isNotEqualTo(carried(queue.send(message)));
    }

    private void assertHopChainIsWhole() {
        SpanData first = recorded.span("send orders");
        SpanData second = recorded.span("send dead");
        assertThat(links(recorded.span("process orders"))).containsExactly(id(first));
        assertThat(links(second)).containsExactly(id(first));
        assertThat(second.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(links(recorded.span("process dead"))).containsExactly(id(second));
        assertThat(recorded.count("linkspan.propagation.injected", "linkspan.outcome", "replaced"))
                .isOne();
    }
}
