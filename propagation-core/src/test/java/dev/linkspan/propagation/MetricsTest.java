package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, units, buckets and attributes of the metrics. */
class MetricsTest {

    private static final Attributes ORDERS = Attributes.of(
            Semconv.SYSTEM,
            "toy",
            Semconv.DESTINATION_NAME,
            "orders",
            Semconv.SERVER_ADDRESS,
            "broker.example",
            Semconv.SERVER_PORT,
            4_000L);

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ClientFacts client =
            ClientFacts.NONE.server("broker.example", 4_000).clientId("c7");
    private final ToyQueue queue = new ToyQueue(recorded.messaging(), new ToyAdapter(), client);

    @ParameterizedTest
    @CsvSource({
        "messaging.client.operation.duration, s",
        "messaging.process.duration, s",
        "messaging.client.sent.messages, {message}",
        "messaging.client.consumed.messages, {message}",
        "linkspan.propagation.extracted, {message}",
        "linkspan.propagation.injected, {message}",
        "linkspan.propagation.rejected, {field}",
        "linkspan.links.left_out, {message}",
        "linkspan.telemetry.errors, {error}"
    })
    void metric_has_its_name_unit_and_schema(String name, String unit) {
        doEverything();

        MetricData metric = recorded.metric(name);
        assertThat(metric.getUnit()).isEqualTo(unit);
        assertThat(metric.getDescription()).isNotBlank();
        assertThat(metric.getInstrumentationScopeInfo().getSchemaUrl())
                .isEqualTo("https://opentelemetry.io/schemas/1.44.0");
        assertThat(metric.getInstrumentationScopeInfo().getName())
                .isEqualTo(name.equals("linkspan.telemetry.errors") ? "dev.linkspan.propagation" : ToyAdapter.SCOPE);
    }

    @ParameterizedTest
    @CsvSource({"messaging.client.operation.duration", "messaging.process.duration"})
    void durations_have_the_buckets_of_the_conventions(String name) {
        doEverything();

        assertThat(points(name))
                .isNotEmpty()
                .allSatisfy(point -> assertThat(point.getBoundaries())
                        .containsExactly(
                                0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    }

    @Test
    void sent_messages_are_counted_with_exactly_these_attributes() {
        queue.send(ToyMessage.to("orders"));

        assertThat(recorded.counter("messaging.client.sent.messages"))
                .containsOnly(Map.entry(
                        ORDERS.toBuilder().put(Semconv.OPERATION_NAME, "send").build(), 1L));
    }

    @Test
    void consumed_messages_are_counted_with_exactly_these_attributes() {
        ToyQueue group = new ToyQueue(recorded.messaging(), new ToyAdapter(), client.consumerGroup("billing"));
        group.messages().received(List.of(ToyMessage.to("orders")), System.nanoTime());

        assertThat(recorded.counter("messaging.client.consumed.messages"))
                .containsOnly(Map.entry(
                        ORDERS.toBuilder()
                                .put(Semconv.OPERATION_NAME, "poll")
                                .put(Semconv.CONSUMER_GROUP, "billing")
                                .build(),
                        1L));
    }

    @Test
    void durations_carry_exactly_these_attributes() {
        queue.send(ToyMessage.to("orders"));
        queue.messages().process(ToyMessage.to("orders"), message -> {});

        assertThat(points("messaging.client.operation.duration"))
                .extracting(HistogramPointData::getAttributes)
                .containsExactly(ORDERS.toBuilder()
                        .put(Semconv.OPERATION_NAME, "send")
                        .put(Semconv.OPERATION_TYPE, "send")
                        .build());
        assertThat(points("messaging.process.duration"))
                .extracting(HistogramPointData::getAttributes)
                .containsExactly(ORDERS.toBuilder()
                        .put(Semconv.OPERATION_NAME, "process")
                        .build());
    }

    @Test
    void failures_carry_the_error_type_of_their_span() {
        MessageSpan send = queue.sender().start(ToyMessage.to("orders"));
        send.error(new java.util.concurrent.CompletionException(new IllegalStateException("closed")))
                .close();

        String type = "java.lang.IllegalStateException";
        assertThat(recorded.span("send orders").getAttributes().get(Semconv.ERROR_TYPE))
                .isEqualTo(type);
        assertThat(recorded.count("messaging.client.sent.messages", "error.type", type))
                .isOne();
        assertThat(points("messaging.client.operation.duration"))
                .extracting(point -> point.getAttributes().get(Semconv.ERROR_TYPE))
                .containsExactly(type);
    }

    @Test
    void create_spans_have_no_duration_metric() {
        queue.create(ToyMessage.to("orders"));
        queue.sendAll(List.of(ToyMessage.to("orders"), ToyMessage.to("orders")));

        assertThat(points("messaging.client.operation.duration"))
                .extracting(point -> point.getAttributes().get(Semconv.OPERATION_TYPE))
                .containsExactly("send");
        assertThat(recorded.count("messaging.client.sent.messages")).isEqualTo(2);
    }

    @Test
    void high_cardinality_destinations_stay_out_of_metrics() {
        queue.send(ToyMessage.to("reply.1"));
        queue.send(ToyMessage.to("gen-2"));
        queue.send(ToyMessage.to("user.3"));
        queue.send(ToyMessage.to("user.4"));

        assertThat(recorded.counter("messaging.client.sent.messages").keySet())
                .extracting(attributes -> attributes.get(Semconv.DESTINATION_NAME))
                .containsOnlyNulls();
        assertThat(recorded.count("messaging.client.sent.messages", "messaging.destination.template", "user.{id}"))
                .isEqualTo(2);
        assertThat(recorded.counter("linkspan.propagation.injected")).hasSize(2);
    }

    private Collection<HistogramPointData> points(String histogram) {
        return recorded.metric(histogram).getHistogramData().getPoints();
    }

    private void doEverything() {
        MessagingTelemetry messaging = recorded.messaging(policy -> policy.maxLinks(1));
        ToyQueue all = new ToyQueue(messaging, new ToyAdapter(), client);
        all.send(ToyMessage.to("orders"));
        List<ToyMessage> batch = new ArrayList<>(all.poll());
        batch.add(ToyMessage.to("orders").header("traceparent", "\uffff"));
        batch.add(ToyMessage.to("orders").header("traceparent", TRACEPARENT));
        all.messages().startBatch(batch).close();
        messaging.suppressed("test", new IllegalStateException("broken"));
    }
}
