package dev.linkspan.rabbitmq;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process span says of a delivery. */
class RabbitMqDeliveryTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());

    private Map<AttributeKey<?>, Object> processed(boolean redelivered, Map<String, Object> headers) {
        BasicProperties properties =
                new BasicProperties.Builder().headers(headers).build();
        Delivery delivery = new Delivery(new Envelope(7, redelivered, "", "orders"), properties, new byte[3]);
        rabbitMq.deliveries("orders").process(delivery, d -> {});
        SpanData process = otel.spans().get(otel.spans().size() - 1);
        otel.assertThatSpans().followsConventions();
        return process.getAttributes().asMap();
    }

    @Test
    void first_delivery_says_nothing_of_others() {
        assertThat(processed(false, Map.of()))
                .doesNotContainKeys(
                        RabbitMqAttributes.REDELIVERED,
                        RabbitMqAttributes.DEATH_COUNT,
                        AttributeKey.longKey("linkspan.message.delivery_count"));
    }

    @Test
    void redelivery_is_said() {
        assertThat(processed(true, Map.of())).containsEntry(RabbitMqAttributes.REDELIVERED, true);
    }

    @Test
    void delivery_count_of_a_quorum_queue_includes_this_one() {
        assertThat(processed(true, Map.of("x-delivery-count", 2L)))
                .containsEntry(AttributeKey.longKey("linkspan.message.delivery_count"), 3L);
        assertThat(processed(true, Map.of("x-delivery-count", Long.MAX_VALUE)))
                .containsEntry(AttributeKey.longKey("linkspan.message.delivery_count"), (long) Integer.MAX_VALUE);
    }

    @Test
    void deaths_are_summed_over_queues_and_reasons() {
        List<Map<String, Object>> deaths =
                List.of(Map.of("queue", "a", "count", 2L), Map.of("queue", "b", "count", 3L), Map.of("queue", "c"));

        assertThat(processed(false, Map.of("x-death", deaths))).containsEntry(RabbitMqAttributes.DEATH_COUNT, 5L);
    }

    @Test
    void deaths_that_somebody_made_up_are_bounded() {
        Map<String, Object> death = Map.of("count", Long.MAX_VALUE);
        Map<String, Object> negative = Map.of("count", -5L);

        assertThat(processed(false, Map.of("x-death", Collections.nCopies(100_000, death))))
                .containsEntry(RabbitMqAttributes.DEATH_COUNT, 64L * Integer.MAX_VALUE);
        assertThat(processed(false, Map.of("x-death", List.of(negative, "odd", 7))))
                .doesNotContainKey(RabbitMqAttributes.DEATH_COUNT);
    }

    @Test
    void delivery_without_properties_or_with_null_headers_is_processed() {
        Delivery bare = new Delivery(new Envelope(7, false, "", "orders"), null, null);
        rabbitMq.deliveries("orders").process(bare, d -> {});
        Map<String, Object> nulls = new HashMap<>();
        nulls.put("traceparent", null);
        nulls.put("x-death", null);
        processed(false, nulls);

        assertThat(otel.spans()).hasSize(2);
    }

    @Test
    void queue_that_is_generated_is_anonymous_and_keeps_out_of_the_name() {
        Delivery delivery = new Delivery(new Envelope(7, false, "events", "paid"), null, new byte[0]);
        rabbitMq.deliveries("amq.gen-JzTY20BRgKO-HjmUJj0wLg").process(delivery, d -> {});

        assertThat(otel.spans().get(0)).hasName("process events:paid:amq.gen-*");
        assertThat(otel.spans().get(0).getAttributes().asMap().toString())
                .contains(
                        "messaging.destination.anonymous=true",
                        "messaging.destination.template=events:paid:amq.gen-*",
                        "messaging.destination.name=events:paid:amq.gen-JzTY20BRgKO-HjmUJj0wLg");
    }
}
