package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.Headers.assertCarries;
import static dev.linkspan.propagation.Headers.carried;
import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many messages in one call of the client. */
class BatchSendTest {

    private static final List<ToyMessage> THREE =
            List.of(ToyMessage.to("orders"), ToyMessage.to("orders"), ToyMessage.to("orders"));

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());
    private final ToyQueue plain = new ToyQueue(recorded.messaging(policy -> policy.createSpans(false)));

    @Test
    void each_message_has_a_create_span_that_the_send_span_links_to() {
        List<ToyMessage> sent = queue.sendAll(THREE);

        List<SpanData> creates = recorded.spans("create orders");
        SpanData send = recorded.span("send orders");
        assertThat(creates).hasSize(3).allMatch(create -> create.getKind() == SpanKind.PRODUCER);
        assertThat(send.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(links(send))
                .containsExactlyElementsOf(
                        creates.stream().map(RecordedTelemetry::id).toList());
        for (int i = 0; i < 3; i++) {
            assertCarries(sent.get(i), creates.get(i));
        }
        assertThat(send.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isEqualTo(3);
    }

    @Test
    void create_spans_and_send_span_are_siblings_under_the_ambient_span() {
        Span ambient = recorded.startSpan("ambient");
        try (Scope scope = ambient.makeCurrent()) {
            queue.sendAll(THREE);
        }

        assertThat(recorded.spans()).hasSize(4).allMatch(span -> isChild(span, ambient.getSpanContext()));
    }

    @Test
    void without_create_spans_all_messages_carry_the_send_span() {
        List<ToyMessage> sent = plain.sendAll(THREE);

        SpanData send = recorded.span("send orders");
        assertThat(recorded.spans()).containsExactly(send);
        assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(links(send)).isEmpty();
        assertThat(sent).allSatisfy(message -> assertCarries(message, send));
    }

    @Test
    void send_of_one_destination_is_known_as_such_when_there_are_too_many_to_remember() {
        for (int i = 0; i < 1_001; i++) {
            queue.send(ToyMessage.to("orders-" + i));
        }
        queue.sendAll(List.of(ToyMessage.to("late"), ToyMessage.to("late")));

        assertThat(recorded.names()).contains("send late").doesNotContain("send");
    }

    @Test
    void links_of_a_send_span_are_bounded_and_what_was_left_out_is_counted() {
        queue.sendAll(Collections.nCopies(200, ToyMessage.to("orders")));

        SpanData send = recorded.span("send orders");
        assertThat(send.getTotalRecordedLinks()).isEqualTo(128);
        assertThat(send.getAttributes().get(Semconv.LINKS_LEFT_OUT)).isEqualTo(72);
        assertThat(recorded.count("linkspan.links.left_out")).isEqualTo(72);
    }

    @Test
    void message_that_keeps_its_context_gets_no_create_span() {
        ToyMessage created = queue.create(ToyMessage.to("orders"));
        SpanData create = recorded.span("create orders");
        List<ToyMessage> sent = queue.sendAll(List.of(created, ToyMessage.to("orders")));

        assertCarries(sent.get(0), create);
        assertThat(recorded.spans("create orders")).hasSize(2);
        assertThat(links(recorded.span("send orders"))).containsExactly(id(create), carried(sent.get(1)));
    }

    @Test
    void message_with_a_stale_context_gets_a_create_span_that_links_to_it() {
        List<ToyMessage> sent = queue.sendAll(List.of(ToyMessage.to("orders").header("traceparent", TRACEPARENT)));

        assertCarries(sent.get(0), recorded.span("create orders"));
        assertThat(links(recorded.span("create orders"))).containsExactly(ORIGIN);
    }

    @Test
    void without_create_spans_the_send_span_links_to_what_it_replaced() {
        List<ToyMessage> sent = plain.sendAll(
                List.of(ToyMessage.to("orders").header("traceparent", TRACEPARENT), ToyMessage.to("orders")));

        assertThat(links(recorded.span("send orders"))).containsExactly(ORIGIN);
        assertCarries(sent.get(0), recorded.span("send orders"));
    }

    @Test
    void send_span_whose_context_no_message_carries_is_a_client_span() {
        ToyMessage created = plain.create(ToyMessage.to("orders"));
        recorded.forgetSpans();
        List<ToyMessage> sent = plain.sendAll(List.of(created));

        assertThat(carried(sent.get(0))).isEqualTo(carried(created));
        assertThat(recorded.span("send orders").getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(links(recorded.span("send orders"))).containsExactly(carried(created));
    }

    @Test
    void messages_to_several_destinations_give_a_send_span_without_a_destination() {
        queue.sendAll(List.of(ToyMessage.to("orders"), ToyMessage.to("bills")));

        assertThat(recorded.names()).containsExactlyInAnyOrder("create orders", "create bills", "send");
        assertThat(recorded.span("send").getAttributes().get(Semconv.DESTINATION_NAME))
                .isNull();
        assertThat(recorded.count("messaging.client.sent.messages", "messaging.destination.name", "bills"))
                .isOne();
    }

    @Test
    void failed_entry_fails_its_create_span_alone() {
        MessageSpan batch = queue.sender().startBatch(THREE);
        batch.message(1).error("Throttled", "slow down");
        batch.close();

        assertThat(recorded.spans("create orders"))
                .extracting(span -> span.getStatus().getStatusCode())
                .containsExactly(StatusCode.UNSET, StatusCode.ERROR, StatusCode.UNSET);
        assertThat(recorded.span("send orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(recorded.count("messaging.client.sent.messages", "error.type", "Throttled"))
                .isOne();
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(3);
    }

    @Test
    void failed_call_fails_every_message_that_did_not_fail_by_itself() {
        MessageSpan batch = queue.sender().startBatch(THREE);
        batch.message(1).error("Throttled", "slow down");
        batch.error(new IllegalStateException("closed")).close();

        assertThat(recorded.spans("create orders"))
                .extracting(span -> span.getAttributes().get(Semconv.ERROR_TYPE))
                .containsExactly("java.lang.IllegalStateException", "Throttled", "java.lang.IllegalStateException");
    }

    @Test
    void closing_the_batch_closes_its_messages_once() {
        MessageSpan batch = queue.sender().startBatch(THREE);
        batch.message(0).close();
        batch.close();
        batch.close();

        assertThat(recorded.spans()).hasSize(4);
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(3);
    }

    @Test
    void batch_of_nothing_is_a_send_span_of_no_messages() {
        queue.sendAll(List.of());

        assertThat(recorded.span("send").getAttributes().get(Semconv.BATCH_MESSAGE_COUNT))
                .isZero();
        assertThat(recorded.counter("messaging.client.sent.messages")).isEmpty();
    }
}
