package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.inSpan;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqSettlementTest {

    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("messaging.batch.message_count");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitMqBench bench;
    private final List<Delivery> deliveries = new ArrayList<>();

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
        for (int i = 1; i <= 4; i++) {
            bench.given("message " + i);
            deliveries.add(RabbitMqTelemetry.deliveryOf("orders", bench.channel.basicGet("orders", false)));
        }
        otel.reset();
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
        bench.close();
    }

    private static boolean isOdd(Delivery delivery) {
        return delivery.getEnvelope().getDeliveryTag() % 2 == 1;
    }

    /** A call that the broker answers only after all before it. */
    private List<String> settlements() throws Exception {
        bench.channel.queueDeclare("other", false, false, false, null);
        return bench.broker.settlements;
    }

    @Test
    void each_delivery_is_settled_by_its_own_tag() throws Exception {
        RabbitMqSettlement.of(bench.channel).settle(deliveries, RabbitMqSettlementTest::isOdd);

        assertThat(settlements()).containsExactly("ack 1", "ack 3", "nack 2 requeue", "nack 4 requeue");
    }

    @Test
    void what_failed_goes_to_the_dead_letters_if_it_is_said_so() throws Exception {
        RabbitMqSettlement.of(bench.channel, false).settle(deliveries, delivery -> false);

        assertThat(settlements()).containsExactly("nack 1", "nack 2", "nack 3", "nack 4");
    }

    @Test
    void one_span_stands_for_all_acks_and_one_for_all_nacks() throws Exception {
        inSpan(
                otel,
                "batch",
                () -> RabbitMqSettlement.of(bench.channel)
                        .settle(deliveries, delivery -> delivery.getEnvelope().getDeliveryTag() < 4));

        SpanData batch = span(otel, "batch");
        SpanData ack = span(otel, "ack orders");
        SpanData nack = span(otel, "nack orders");
        assertThat(ack)
                .hasParentSpanId(batch.getSpanId())
                .hasAttributesSatisfying(a -> assertThat(a).containsEntry(COUNT, 3L));
        assertThat(nack)
                .hasParentSpanId(batch.getSpanId())
                .hasAttributesSatisfying(a -> assertThat(a).containsEntry(COUNT, 1L));
        assertThat(otel.spans()).hasSize(3);
    }

    @Test
    void no_span_is_made_for_what_there_is_not() throws Exception {
        inSpan(otel, "batch", () -> {
            RabbitMqSettlement.of(bench.channel).settle(List.of(), delivery -> true);
            RabbitMqSettlement.of(bench.channel).settle(deliveries, delivery -> true);
        });

        assertThat(otel.spans()).extracting(SpanData::getName).containsExactlyInAnyOrder("batch", "ack orders");
    }

    @Test
    void delivery_that_occurs_twice_is_settled_once() throws Exception {
        Delivery one = deliveries.get(0);
        RabbitMqSettlement.of(bench.channel).settle(List.of(one, one), delivery -> true);

        assertThat(settlements()).containsExactly("ack 1");
    }

    @Test
    void predicate_that_throws_settles_nothing() throws Exception {
        IllegalStateException thrown = new IllegalStateException("no");

        assertThatThrownBy(() -> RabbitMqSettlement.of(bench.channel).settle(deliveries, delivery -> {
                    if (delivery == deliveries.get(3)) {
                        throw thrown;
                    }
                    return true;
                }))
                .isSameAs(thrown);
        assertThat(settlements()).isEmpty();
    }

    @Test
    void channel_that_is_not_wrapped_settles_without_spans() throws Exception {
        bench.given("bare");
        Delivery bare = RabbitMqTelemetry.deliveryOf("orders", bench.bare.basicGet("orders", false));
        inSpan(otel, "batch", () -> RabbitMqSettlement.of(bench.bare).settle(List.of(bare), delivery -> true));
        bench.bare.queueDeclare("other", false, false, false, null);

        assertThat(settlements()).containsExactly("ack 1");
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("batch");
    }

    @Test
    void failure_of_the_client_comes_out_and_marks_the_span() throws Exception {
        bench.channel.close();
        inSpan(
                otel,
                "batch",
                () -> assertThatThrownBy(
                                () -> RabbitMqSettlement.of(bench.channel).settle(deliveries, delivery -> true))
                        .isInstanceOf(AlreadyClosedException.class));

        assertThat(span(otel, "ack orders")).hasStatusSatisfying(status -> status.hasCode(StatusCode.ERROR));
    }
}
