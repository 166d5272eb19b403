package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each delivery is counted once, at one point, with what its headers said of the producer. */
class DeliveryCountTest {

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void deliveries_of_a_poll_are_counted_per_destination_and_outcome() {
        queue.messages()
                .received(
                        List.of(
                                ToyMessage.to("orders").header("traceparent", TRACEPARENT),
                                ToyMessage.to("orders"),
                                ToyMessage.to("bills").header("traceparent", "broken"),
                                ToyMessage.to("orders").header("traceparent", TRACEPARENT)),
                        System.nanoTime());

        assertThat(recorded.counter("linkspan.propagation.extracted"))
                .containsOnly(
                        Map.entry(outcome("orders", "linked"), 2L),
                        Map.entry(outcome("orders", "missing"), 1L),
                        Map.entry(outcome("bills", "malformed"), 1L));
        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(4);
    }

    @Test
    void polled_message_is_not_counted_again_when_it_is_processed() {
        queue.send(ToyMessage.to("orders"));
        ToyMessage message = queue.poll().get(0);
        queue.messages().process(message, m -> {});
        queue.messages().startBatch(List.of(message)).close();

        assertCountedOnce();
    }

    @Test
    void message_of_a_bare_client_is_counted_when_it_is_processed() {
        bare().process(ToyMessage.to("orders"), message -> {});

        assertCountedOnce();
    }

    @Test
    void redelivery_is_counted_again() {
        ToyMessage message = ToyMessage.to("orders");
        bare().process(message, m -> {});
        bare().process(message, m -> {});

        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(2);
    }

    @Test
    void nested_process_of_the_same_message_is_not_counted() {
        bare().process(ToyMessage.to("orders"), message -> bare().process(message, m -> {}));

        assertThat(recorded.spans("process orders")).hasSize(2);
        assertCountedOnce();
    }

    @Test
    void process_of_a_batchs_message_inside_the_batch_is_not_counted() {
        ToyMessage message = ToyMessage.to("orders");
        MessageSpan batch = bare().startBatch(List.of(message));
        try (Scope scope = batch.makeCurrent()) {
            bare().process(message, m -> {});
        }
        batch.close();

        assertCountedOnce();
    }

    @Test
    void other_message_inside_a_handler_is_counted() {
        bare().process(ToyMessage.to("orders"), message -> bare().process(ToyMessage.to("bills"), m -> {}));

        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(2);
        assertThat(recorded.count("linkspan.propagation.extracted")).isEqualTo(2);
    }

    @Test
    void message_of_another_broker_inside_a_batch_is_counted() {
        ToyAdapter other = new ToyAdapter() {
            @Override
            public String system() {
                return "other";
            }
        };
        MessageSpan batch = bare().startBatch(List.of(ToyMessage.to("orders")));
        try (Scope scope = batch.makeCurrent()) {
            recorded.messaging().tracer(other, ClientFacts.NONE, true).process(ToyMessage.to("bills"), m -> {});
        }
        batch.close();

        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(2);
    }

    @Test
    void delivery_that_is_handed_on_is_counted_and_makes_no_span() {
        queue.messages().delivered(ToyMessage.to("orders").header("traceparent", TRACEPARENT));
        queue.messages().delivered(ToyMessage.to("orders"));

        assertThat(recorded.spans()).isEmpty();
        assertThat(recorded.count("messaging.client.consumed.messages")).isEqualTo(2);
        assertThat(recorded.counter("linkspan.propagation.extracted"))
                .containsOnly(Map.entry(outcome("orders", "linked"), 1L), Map.entry(outcome("orders", "missing"), 1L));
    }

    @Test
    void tracer_over_mixed_messages_counts_those_that_nobody_counted() {
        MessageTracer<ToyMessage> mixed = recorded.messaging()
                .tracer(
                        new ToyAdapter(),
                        ClientFacts.NONE,
                        message -> message.topic().equals("orders"));
        mixed.process(ToyMessage.to("orders"), message -> {});
        mixed.process(ToyMessage.to("bills"), message -> {});
        mixed.startBatch(List.of(ToyMessage.to("bills"))).close();

        assertCountedOnce();
    }

    @Test
    void question_who_counts_may_throw() {
        MessageTracer<ToyMessage> broken = recorded.messaging().tracer(new ToyAdapter(), ClientFacts.NONE, message -> {
            throw new IllegalStateException("no answer");
        });
        broken.process(ToyMessage.to("orders"), message -> {});

        assertThat(recorded.names()).containsExactly("process orders");
        assertThat(recorded.count("linkspan.telemetry.errors")).isOne();
    }

    private MessageTracer<ToyMessage> bare() {
        return recorded.messaging().tracer(new ToyAdapter(), ClientFacts.NONE, true);
    }

    private void assertCountedOnce() {
        assertThat(recorded.count("messaging.client.consumed.messages")).isOne();
        assertThat(recorded.count("linkspan.propagation.extracted")).isOne();
    }

    private static Attributes outcome(String destination, String outcome) {
        return Attributes.of(
                Semconv.SYSTEM, "toy", Semconv.DESTINATION_NAME, destination, stringKey("linkspan.outcome"), outcome);
    }
}
