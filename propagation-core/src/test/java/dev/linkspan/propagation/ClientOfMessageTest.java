package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.api.common.AttributeKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One tracer over messages of several clients, which the messages know. */
class ClientOfMessageTest {

    private static final ClientFacts BILLING =
            ClientFacts.NONE.consumerGroup("billing").server("north", 1);
    private static final ClientFacts SHIPPING =
            ClientFacts.NONE.consumerGroup("shipping").server("south", 2);

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer =
            recorded.messaging().tracer(new KeyedClients(), ClientFacts.NONE.server("default", 9), true);

    @Test
    void span_and_metrics_are_of_the_client_that_the_message_knows() {
        tracer.process(message("billing"), message -> {});
        tracer.process(message("shipping"), message -> {});
        tracer.process(message("nobody"), message -> {});

        assertThat(recorded.spans("process orders"))
                .extracting(span -> span.getAttributes().get(Semconv.SERVER_ADDRESS))
                .containsExactly("north", "south", "default");
        assertThat(recorded.counter("messaging.client.consumed.messages").keySet())
                .extracting(attributes -> attributes.get(Semconv.CONSUMER_GROUP))
                .containsExactlyInAnyOrder("billing", "shipping", null);
    }

    @Test
    void settling_is_of_the_client_that_the_message_knows() {
        tracer.process(
                message("billing"),
                message -> tracer.startSettle("ack", message).close());

        assertThat(recorded.span("ack orders").getAttributes().get(Semconv.CONSUMER_GROUP))
                .isEqualTo("billing");
    }

    @Test
    void batch_over_several_clients_claims_none_of_them() {
        tracer.startBatch(List.of(message("billing"), message("shipping"))).close();

        assertThat(recorded.span("process").getAttributes().get(AttributeKey.stringKey("server.address")))
                .isEqualTo("default");
        assertThat(recorded.counter("messaging.client.consumed.messages").values())
                .containsExactly(1L, 1L);
    }

    @Test
    void adapter_that_throws_when_it_is_asked_is_counted_and_the_tracer_s_client_stands() {
        tracer.process(message("broken"), message -> {});

        assertThat(recorded.span("process orders").getAttributes().get(Semconv.SERVER_ADDRESS))
                .isEqualTo("default");
        assertThat(recorded.errors("adapter.client")).isPositive();
    }

    private static ToyMessage message(String client) {
        return ToyMessage.to("orders").header("traceparent", TRACEPARENT).key(client);
    }

    private static final class KeyedClients extends ToyAdapter {
        private static final Map<String, ClientFacts> CLIENTS = Map.of("billing", BILLING, "shipping", SHIPPING);

        @Override
        public @Nullable ClientFacts client(ToyMessage message) {
            if ("broken".equals(message.key())) {
                throw new IllegalStateException("on purpose");
            }
            return CLIENTS.get(message.key());
        }
    }
}
