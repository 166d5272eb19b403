package dev.linkspan.propagation;

import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Acks, commits and deletes. */
class SettleSpanTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void settling_inside_a_handler_is_a_client_span_under_the_process_span() {
        queue.messages()
                .process(
                        ToyMessage.to("orders"),
                        message ->
                                queue.messages().startSettleAt("ack", "orders").close());

        SpanData settle = recorded.span("ack orders");
        assertThat(settle.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(isChild(settle, recorded.span("process orders").getSpanContext()))
                .isTrue();
        assertThat(settle.getLinks()).isEmpty();
        assertThat(settle.getAttributes().get(Semconv.OPERATION_TYPE)).isEqualTo("settle");
        assertThat(settle.getAttributes().get(Semconv.OPERATION_NAME)).isEqualTo("ack");
    }

    @Test
    void settle_span_of_several_messages_that_are_not_at_hand_says_how_many() {
        queue.messages()
                .process(
                        ToyMessage.to("orders"),
                        message -> queue.messages()
                                .startSettleBatchAt("delete", "orders", 7)
                                .close());

        assertThat(recorded.span("delete orders").getAttributes().get(Semconv.BATCH_MESSAGE_COUNT))
                .isEqualTo(7);
    }

    @Test
    void settling_a_batch_follows_the_context_that_its_handle_carries() {
        MessageSpan batch = queue.messages().startBatch(List.of(ToyMessage.to("orders")));
        batch.close();
        try (Scope scope = batch.makeCurrent()) {
            queue.messages().startSettleAt("commit", null).close();
        }

        assertThat(isChild(
                        recorded.span("commit"), recorded.span("process orders").getSpanContext()))
                .isTrue();
    }

    @Test
    void settling_where_no_span_is_current_makes_no_root_but_is_measured() {
        queue.messages().startSettleAt("commit", "orders").close();

        assertThat(recorded.spans()).isEmpty();
        assertMeasured("commit", 1);
    }

    @Test
    void settling_makes_a_root_if_policy_says_always() {
        ToyQueue always = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)));
        always.messages().startSettleAt("commit", "orders").close();

        assertThat(isRoot(recorded.span("commit orders"))).isTrue();
    }

    @Test
    void settling_makes_no_span_if_policy_has_it_off_but_is_measured() {
        ToyQueue off = new ToyQueue(
                recorded.messaging(policy -> policy.settleSpans(false).rootSettleSpans(true)));
        off.messages()
                .process(
                        ToyMessage.to("orders"),
                        message -> off.messages().startSettleAt("ack", "orders").close());

        assertThat(recorded.names()).containsExactly("process orders");
        assertMeasured("ack", 1);
    }

    @Test
    void failed_settling_has_status_error_and_an_error_type() {
        MessageSpan settle = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)))
                .messages()
                .startSettleAt("commit", "orders");
        settle.error("REBALANCE_IN_PROGRESS", null).close();

        assertThat(recorded.span("commit orders").getAttributes().get(Semconv.ERROR_TYPE))
                .isEqualTo("REBALANCE_IN_PROGRESS");
    }

    @Test
    void settling_a_message_names_its_destination_as_the_message_tells_it() {
        ToyQueue always = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)));
        always.messages()
                .startSettle("ack", ToyMessage.to("reply.77").id("m-1").partition("3"))
                .close();

        SpanData settle = recorded.span("ack");
        assertThat(settle.getAttributes().get(Semconv.DESTINATION_NAME)).isEqualTo("reply.77");
        assertThat(settle.getAttributes().get(Semconv.DESTINATION_TEMPORARY)).isTrue();
        assertThat(settle.getAttributes().get(Semconv.MESSAGE_ID)).isEqualTo("m-1");
        assertThat(settle.getAttributes().get(Semconv.PARTITION_ID)).isEqualTo("3");
        assertThat(settle.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isNull();
    }

    @Test
    void settling_many_messages_is_one_span_that_counts_them() {
        ToyQueue always = new ToyQueue(recorded.messaging(policy -> policy.rootSettleSpans(true)));
        always.messages()
                .startSettleBatch("ack", List.of(ToyMessage.to("orders"), ToyMessage.to("orders")))
                .close();
        always.messages()
                .startSettleBatch("nack", List.of(ToyMessage.to("orders"), ToyMessage.to("bills")))
                .close();

        assertThat(recorded.names()).containsExactly("ack orders", "nack");
        assertThat(recorded.span("ack orders").getAttributes().get(Semconv.BATCH_MESSAGE_COUNT))
                .isEqualTo(2);
        assertMeasured("ack", 1);
    }

    private void assertMeasured(String operation, long times) {
        assertThat(recorded.metric("messaging.client.operation.duration")
                        .getHistogramData()
                        .getPoints())
                .filteredOn(point ->
                        operation.equals(point.getAttributes().get(AttributeKey.stringKey("messaging.operation.name"))))
                .singleElement()
                .satisfies(point -> assertThat(point.getCount()).isEqualTo(times));
    }
}
