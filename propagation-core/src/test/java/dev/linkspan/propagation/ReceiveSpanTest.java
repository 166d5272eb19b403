package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.id;
import static dev.linkspan.propagation.RecordedTelemetry.isChild;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The span of one pull by a wrapped client. */
class ReceiveSpanTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue queue = new ToyQueue(recorded.messaging());

    @Test
    void receive_span_is_a_client_span_that_links_to_every_producer() {
        queue.send(ToyMessage.to("orders"));
        queue.send(ToyMessage.to("orders"));
        queue.poll();

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(isRoot(receive)).isTrue();
        assertThat(links(receive))
                .containsExactlyElementsOf(recorded.spans("send orders").stream()
                        .map(RecordedTelemetry::id)
                        .toList());
        assertThat(receive.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isEqualTo(2);
    }

    @Test
    void receive_span_of_a_client_that_pulls_one_message_has_no_batch_size() {
        queue.messages()
                .receivedOne(
                        ToyMessage.to("orders").header("traceparent", TRACEPARENT), System.nanoTime() - 5 * SECOND);

        SpanData receive = recorded.span("poll orders");
        assertThat(links(receive)).containsExactly(ORIGIN);
        assertThat(receive.getAttributes().get(Semconv.BATCH_MESSAGE_COUNT)).isNull();
        assertThat(receive.getEndEpochNanos() - receive.getStartEpochNanos()).isBetween(5 * SECOND, 60 * SECOND);
        assertThat(recorded.counter("messaging.client.consumed.messages")).hasSize(1);
    }

    @Test
    void answer_of_the_broker_adds_to_the_receive_span() {
        AttributeKey<String> request = AttributeKey.stringKey("request");
        queue.messages()
                .received(List.of(ToyMessage.to("orders")), System.nanoTime(), span -> span.put(request, "r-1"));
        queue.messages()
                .receiveFailed(
                        new IllegalStateException("no"),
                        System.nanoTime(),
                        "invoices",
                        span -> span.error("E17", "no"));

        assertThat(recorded.span("poll orders").getAttributes().get(request)).isEqualTo("r-1");
        SpanData failed = recorded.span("poll invoices");
        assertThat(failed.getAttributes().get(Semconv.ERROR_TYPE)).isEqualTo("E17");
        assertThat(failed.getAttributes().get(Semconv.DESTINATION_NAME)).isEqualTo("invoices");
        assertThat(failed.getEvents()).hasSize(1);
    }

    @Test
    void wrapper_that_fails_to_read_the_broker_s_answer_does_not_cost_the_receive_span() {
        queue.messages().received(List.of(ToyMessage.to("orders")), System.nanoTime(), span -> {
            throw new IllegalStateException("on purpose");
        });

        assertThat(recorded.spans("poll orders")).hasSize(1);
        assertThat(recorded.errors("receive.answer")).isEqualTo(1);
    }

    @Test
    void receive_span_is_a_child_of_the_ambient_span() {
        Span ambient = recorded.startSpan("ambient");
        queue.send(ToyMessage.to("orders"));
        try (Scope scope = ambient.makeCurrent()) {
            queue.poll();
        }

        assertThat(isChild(recorded.span("poll orders"), ambient.getSpanContext()))
                .isTrue();
    }

    @Test
    void empty_poll_leaves_no_trace_at_all() {
        queue.poll();

        assertThat(recorded.spans()).isEmpty();
        assertThat(recorded.counter("messaging.client.consumed.messages")).isEmpty();
    }

    @Test
    void receive_span_lasts_as_long_as_the_poll_did() {
        Instant before = Instant.now();
        queue.messages().received(List.of(ToyMessage.to("orders")), System.nanoTime() - 5 * SECOND);

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getEndEpochNanos() - receive.getStartEpochNanos()).isBetween(5 * SECOND, 60 * SECOND);
        assertThat(receive.getEndEpochNanos())
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(before.getEpochSecond()));
    }

    @Test
    void receive_span_and_its_metric_leave_out_the_work_of_telemetry() {
        List<Instant> scanned = new ArrayList<>();
        Iterable<ToyMessage> messages = () -> {
            scanned.add(Instant.now());
            return List.of(ToyMessage.to("orders")).iterator();
        };
        queue.messages().received(messages, System.nanoTime() - 5 * SECOND);

        SpanData receive = recorded.span("poll orders");
        Instant scan = scanned.get(0);
        assertThat(receive.getEndEpochNanos())
                .isLessThanOrEqualTo(TimeUnit.SECONDS.toNanos(scan.getEpochSecond()) + scan.getNano());
        double seconds = recorded.metric("messaging.client.operation.duration").getHistogramData().getPoints().stream()
                .mapToDouble(HistogramPointData::getSum)
                .sum();
        assertThat(seconds).isEqualTo((receive.getEndEpochNanos() - receive.getStartEpochNanos()) / 1e9);
    }

    @Test
    void receive_span_never_ends_before_it_started() {
        queue.messages().received(List.of(ToyMessage.to("orders")), System.nanoTime() + 5 * SECOND);

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getEndEpochNanos()).isGreaterThanOrEqualTo(receive.getStartEpochNanos());
    }

    @Test
    void sampler_sees_the_links() {
        List<LinkData> seen = new ArrayList<>();
        RecordedTelemetry sampled = RecordedTelemetry.withSampler(new DecidingSampler((attributes, links) -> {
            seen.addAll(links);
            return SamplingResult.recordAndSample();
        }));
        new ToyQueue(sampled.messaging())
                .messages()
                .received(List.of(ToyMessage.to("orders").header("traceparent", TRACEPARENT)), System.nanoTime());

        assertThat(seen).extracting(link -> id(link.getSpanContext())).containsExactly(ORIGIN);
    }

    @Test
    void failed_poll_is_a_span_with_status_error() {
        queue.messages().receiveFailed(new IllegalStateException("broker gone"), System.nanoTime() - SECOND);

        SpanData receive = recorded.span("poll");
        assertThat(receive.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(receive.getStatus().getDescription()).isEqualTo("broker gone");
        assertThat(receive.getAttributes().get(Semconv.ERROR_TYPE)).isEqualTo("java.lang.IllegalStateException");
        assertThat(receive.getEndEpochNanos() - receive.getStartEpochNanos()).isGreaterThanOrEqualTo(SECOND);
        assertThat(recorded.counter("messaging.client.consumed.messages")).isEmpty();
    }

    @Test
    void without_receive_spans_deliveries_are_counted_all_the_same() {
        ToyQueue quiet = new ToyQueue(recorded.messaging(policy -> policy.receiveSpans(false)));
        quiet.messages()
                .received(List.of(ToyMessage.to("orders").header("traceparent", TRACEPARENT)), System.nanoTime());
        quiet.messages().receiveFailed(new IllegalStateException("broker gone"), System.nanoTime());

        assertThat(recorded.spans()).isEmpty();
        assertThat(recorded.count("messaging.client.consumed.messages")).isOne();
        assertThat(recorded.count("linkspan.propagation.extracted", "linkspan.outcome", "linked"))
                .isOne();
    }

    @Test
    void what_all_messages_share_stands_on_the_span_and_not_on_the_links() {
        receive(message(1, "orders", "7"), message(2, "orders", "7"));

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getAttributes().get(Semconv.DESTINATION_NAME)).isEqualTo("orders");
        assertThat(receive.getAttributes().get(Semconv.PARTITION_ID)).isEqualTo("7");
        assertThat(onLinks(receive, Semconv.PARTITION_ID)).containsOnlyNulls();
        assertThat(onLinks(receive, Semconv.DESTINATION_NAME)).containsOnlyNulls();
        assertThat(onLinks(receive, Semconv.MESSAGE_ID)).containsExactly("m1", "m2");
    }

    @Test
    void partition_that_varies_stands_on_the_links() {
        receive(message(1, "orders", "7"), message(2, "orders", "8"));

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getAttributes().get(Semconv.PARTITION_ID)).isNull();
        assertThat(onLinks(receive, Semconv.PARTITION_ID)).containsExactly("7", "8");
        assertThat(onLinks(receive, Semconv.DESTINATION_NAME)).containsOnlyNulls();
    }

    @Test
    void destination_that_varies_stands_on_the_links_with_its_partition() {
        receive(message(1, "orders", "7"), message(2, "bills", "7"));

        SpanData receive = recorded.span("poll");
        assertThat(receive.getAttributes().get(Semconv.DESTINATION_NAME)).isNull();
        assertThat(receive.getAttributes().get(Semconv.PARTITION_ID)).isNull();
        assertThat(onLinks(receive, Semconv.DESTINATION_NAME)).containsExactly("orders", "bills");
        assertThat(onLinks(receive, Semconv.PARTITION_ID)).containsExactly("7", "7");
    }

    @Test
    void one_message_has_its_attributes_on_the_span() {
        receive(message(1, "orders", "7"));

        SpanData receive = recorded.span("poll orders");
        assertThat(receive.getAttributes().get(Semconv.MESSAGE_ID)).isEqualTo("m1");
        assertThat(receive.getLinks().get(0).getAttributes().isEmpty()).isTrue();
    }

    private void receive(ToyMessage... messages) {
        queue.messages().received(List.of(messages), System.nanoTime());
    }

    private static ToyMessage message(int number, String topic, String partition) {
        return ToyMessage.to(topic)
                .partition(partition)
                .id("m" + number)
                .header("traceparent", Headers.traceparent(number, true));
    }

    private static List<String> onLinks(SpanData span, io.opentelemetry.api.common.AttributeKey<String> key) {
        List<String> values = new ArrayList<>();
        span.getLinks().forEach(link -> values.add(link.getAttributes().get(key)));
        return values;
    }
}
