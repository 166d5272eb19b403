package dev.linkspan.nats;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With {@code messaging/dup}. */
class NatsOldNamesTest {

    private static final String OPT_IN = "otel.semconv-stability.opt-in";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeConnection fake = new FakeConnection();
    private NatsTelemetry nats;

    @BeforeEach
    void optIn() {
        System.setProperty(OPT_IN, "http, messaging/dup");
        try {
            nats = NatsTelemetry.create(otel.openTelemetry());
        } finally {
            System.clearProperty(OPT_IN);
        }
    }

    @Test
    void published_messages_have_the_old_names_too() {
        nats.wrap(fake.connection).publish("orders", new byte[5]);

        assertThat(otel.spans().get(0))
                .hasName("publish orders")
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "nats")
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "send")
                        .put("messaging.operation", "publish")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.client.id", "7")
                        .put("messaging.client_id", "7")
                        .put("messaging.message.body.size", 5)
                        .put("server.address", "north")
                        .put("server.port", 4222)
                        .build());
        otel.assertThatSpans().followsConventionsAndOldOnes();
    }

    @Test
    void processed_messages_have_the_old_names_too() {
        nats.wrap(fake.connection);
        nats.messages().process(FakeMessage.to("orders").by(fake.connection, null), message -> {});

        assertThat(otel.spans().get(0))
                .hasName("process orders")
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "nats")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.operation", "process")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.client.id", "7")
                        .put("messaging.client_id", "7")
                        .put("messaging.message.body.size", 5)
                        .put("server.address", "north")
                        .put("server.port", 4222)
                        .build());
        otel.assertThatSpans().followsConventionsAndOldOnes();
    }
}
