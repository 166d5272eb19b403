package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.inSpan;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Acknowledgements on a wrapped channel. */
class RabbitMqSettleTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
        bench.close();
    }

    private void awaitSettlements(String... settlements) {
        await().untilAsserted(() -> assertThat(bench.broker.settlements).containsExactly(settlements));
    }

    @Test
    void settlement_in_a_handler_is_below_its_span_and_knows_the_message() throws Exception {
        bench.broker.declare("billing");
        bench.broker.bind("billing", "events");
        bench.bare.basicPublish("events", "paid", null, new byte[0]);
        bench.channel.basicConsume(
                "billing",
                (tag, delivery) -> bench.channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false),
                tag -> {});
        awaitSettlements("ack 1");

        SpanData process = span(otel, "process events:paid:billing");
        assertThat(span(otel, "ack events:paid:billing"))
                .hasKind(SpanKind.CLIENT)
                .hasParentSpanId(process.getSpanId())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "rabbitmq")
                        .put("messaging.operation.name", "ack")
                        .put("messaging.operation.type", "settle")
                        .put("messaging.destination.name", "events:paid:billing")
                        .put("messaging.rabbitmq.message.delivery_tag", 1)
                        .put("network.peer.address", "127.0.0.1")
                        .put("network.peer.port", bench.broker.port())
                        .build());
    }

    @Test
    void each_way_to_settle_has_its_name_and_reaches_the_broker_once() throws Exception {
        for (int i = 0; i < 4; i++) {
            bench.given("message " + i);
            bench.channel.basicGet("orders", false);
        }
        inSpan(otel, "work", () -> {
            bench.channel.basicAck(1, false);
            bench.channel.basicNack(2, false, false);
            bench.channel.basicReject(3, false);
            bench.channel.basicNack(4, true, true);
        });
        awaitSettlements("ack 1", "nack 2", "reject 3", "nack 4 requeue");

        assertThat(otel.spans()).extracting(SpanData::getName).containsSubsequence("ack", "nack", "reject", "nack");
    }

    @Test
    void message_that_was_pulled_last_is_known_without_being_processed() throws Exception {
        bench.given("hello");
        inSpan(otel, "loop", () -> {
            long tag = bench.channel.basicGet("orders", false).getEnvelope().getDeliveryTag();
            bench.channel.basicAck(tag, false);
        });

        assertThat(span(otel, "ack orders").getAttributes().asMap()).containsEntry(RabbitMqAttributes.DELIVERY_TAG, 1L);
    }

    @Test
    void several_at_once_are_of_no_one_destination() throws Exception {
        bench.given("one");
        bench.given("two");
        bench.channel.basicGet("orders", false);
        bench.channel.basicGet("orders", false);
        inSpan(otel, "work", () -> bench.channel.basicAck(2, true));

        assertThat(span(otel, "ack").getAttributes().asMap())
                .containsEntry(RabbitMqAttributes.MULTIPLE, true)
                .containsEntry(RabbitMqAttributes.DELIVERY_TAG, 2L);
    }

    @Test
    void tag_of_another_message_than_the_one_at_hand_says_nothing() throws Exception {
        Delivery other = new Delivery(new Envelope(9, false, "", "shipping"), null, new byte[0]);
        bench.rabbitMq.deliveries("shipping").process(other, d -> bench.channel.basicAck(8, false));

        assertThat(span(otel, "ack").getAttributes().asMap().toString()).doesNotContain("shipping");
    }

    @Test
    void settlement_without_a_current_span_makes_none_and_is_measured() throws Exception {
        bench.given("hello");
        bench.channel.basicGet("orders", false);
        bench.channel.basicAck(1, false);
        awaitSettlements("ack 1");

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("receive orders");
        assertThat(otel.metrics().toString()).contains("messaging.operation.name=\"ack\"");
    }

    @Test
    void failure_of_the_client_comes_out_and_marks_the_span() throws Exception {
        bench.channel.close();
        inSpan(
                otel,
                "work",
                () -> assertThatThrownBy(() -> bench.channel.basicAck(1, false))
                        .isInstanceOf(AlreadyClosedException.class));

        assertThat(span(otel, "ack")).hasStatusSatisfying(status -> status.hasCode(StatusCode.ERROR));
    }

    @Test
    void nothing_is_settled_for_the_application() throws Exception {
        for (String body : List.of("one", "two", "three")) {
            bench.given(body);
        }
        bench.channel.basicConsume("orders", (tag, delivery) -> {}, tag -> {});
        await().until(() -> RabbitMqBench.spans(otel, "process orders").size() == 3);
        bench.channel.basicGet("orders", false);

        assertThat(bench.broker.settlements).isEmpty();
    }
}
