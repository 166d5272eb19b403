package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import com.rabbitmq.client.Delivery;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code messaging/dup}. */
class RabbitMqOldNamesTest {

    private static final String OPT_IN = "otel.semconv-stability.opt-in";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitMqBench bench;

    @BeforeEach
    void optIn() throws Exception {
        System.setProperty(OPT_IN, "http, messaging/dup");
        try {
            bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
        } finally {
            System.clearProperty(OPT_IN);
        }
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventionsAndOldOnes();
        bench.close();
    }

    @Test
    void published_messages_have_the_old_names_too() throws Exception {
        bench.channel.basicPublish("events", "paid", null, new byte[5]);

        assertThat(span(otel, "publish events:paid"))
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "rabbitmq")
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "send")
                        .put("messaging.operation", "publish")
                        .put("messaging.destination.name", "events:paid")
                        .put("messaging.rabbitmq.destination.routing_key", "paid")
                        .put("messaging.message.body.size", 5)
                        .put("network.peer.address", "127.0.0.1")
                        .put("network.peer.port", bench.broker.port())
                        .build());
    }

    @Test
    void received_and_processed_messages_have_the_old_names_too() throws Exception {
        bench.given("hello");
        Delivery delivery = RabbitMqTelemetry.deliveryOf("orders", bench.channel.basicGet("orders", true));
        bench.rabbitMq.deliveries("orders").process(delivery, d -> {});

        Attributes both = Attributes.builder()
                .put("messaging.system", "rabbitmq")
                .put("messaging.destination.name", "orders")
                .put("messaging.rabbitmq.destination.routing_key", "orders")
                .put("messaging.rabbitmq.message.delivery_tag", 1)
                .build();
        assertThat(span(otel, "receive orders"))
                .hasAttributes(both.toBuilder()
                        .put("messaging.operation.name", "receive")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.operation", "receive")
                        .build());
        assertThat(span(otel, "process orders"))
                .hasAttributes(both.toBuilder()
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.operation", "process")
                        .put("messaging.message.body.size", 5)
                        .build());
    }
}
