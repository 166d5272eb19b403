package dev.linkspan.kafka;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaPollTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void records_come_as_the_client_returned_them() throws Exception {
        ConsumerRecord<String, String> record = Received.traced("orders", 0, 1);
        List<String> headers = Received.snapshot(record.headers());
        ConsumerRecords<String, String> records = Received.all(record);

        assertThat(kafka.wrap(FakeConsumer.of(records)).poll(TIMEOUT)).isSameAs(records);
        assertThat(records).singleElement().isSameAs(record);
        assertThat(Received.snapshot(record.headers())).isEqualTo(headers);
        assertThat(record.headers().add("still", null)).isNotEmpty();
    }

    @Test
    void span_of_one_record_has_these_attributes_and_no_others() {
        kafka.wrap(
                        FakeConsumer.of(Received.traced("orders", 3, 42)),
                        Map.of("client.id", "shop", "bootstrap.servers", "broker:9092"))
                .poll(TIMEOUT);

        SpanData poll = telemetry.span();
        assertThat(poll)
                .hasName("poll orders")
                .hasKind(SpanKind.CLIENT)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.client.id", "shop")
                        .put("messaging.batch.message_count", 1)
                        .put("messaging.kafka.message.key", "key")
                        .put("messaging.kafka.offset", 42)
                        .put("server.address", "broker")
                        .put("server.port", 9092)
                        .build());
        assertThat(poll.getLinks()).singleElement().satisfies(link -> {
            assertThat(link.getSpanContext().getSpanId()).isEqualTo(Received.spanId(42));
            assertThat(link.getSpanContext().isRemote()).isTrue();
            assertThat(link.getAttributes()).isEqualTo(Attributes.empty());
        });
    }

    @Test
    void span_of_many_records_says_on_each_link_what_differs() {
        kafka.wrap(FakeConsumer.of(
                        Received.traced("orders", 3, 1),
                        Received.traced("orders", 3, 2),
                        Received.record("orders", 3, 9, Received.headers())))
                .poll(TIMEOUT);

        assertThat(telemetry.span())
                .hasName("poll orders")
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.batch.message_count", 3)
                        .build());
        assertThat(telemetry.span().getLinks())
                .extracting(LinkData::getAttributes)
                .containsExactly(linkOf(1), linkOf(2));
    }

    @Test
    void span_over_several_topics_names_them_on_the_links() {
        kafka.wrap(FakeConsumer.of(Received.traced("orders", 3, 1), Received.traced("refunds", 0, 2)))
                .poll(TIMEOUT);

        assertThat(telemetry.span())
                .hasName("poll")
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.consumer.group.name", "billing")
                        .put("messaging.batch.message_count", 2)
                        .build());
        assertThat(telemetry.span().getLinks())
                .extracting(LinkData::getAttributes)
                .containsExactly(
                        linkOf(1).toBuilder()
                                .put("messaging.destination.name", "orders")
                                .put("messaging.destination.partition.id", "3")
                                .build(),
                        linkOf(2).toBuilder()
                                .put("messaging.destination.name", "refunds")
                                .put("messaging.destination.partition.id", "0")
                                .build());
    }

    @Test
    void span_is_a_child_of_the_span_around_the_loop_and_of_no_producer() {
        Consumer<String, String> consumer = kafka.wrap(FakeConsumer.of(Received.traced("orders", 0, 1)));
        SpanContext loop = telemetry.inSpan("loop", () -> consumer.poll(TIMEOUT));

        assertThat(telemetry.span("poll orders")).hasParentSpanId(loop.getSpanId());
    }

    @Test
    void links_of_a_long_poll_are_bounded_and_the_rest_is_counted() {
        List<ConsumerRecord<String, String>> many = IntStream.range(0, 500)
                .mapToObj(i -> Received.traced("orders", i % 5, i))
                .toList();
        kafka.wrap(FakeConsumer.of(Received.all(many))).poll(TIMEOUT);

        assertThat(telemetry.span()).hasTotalRecordedLinks(128);
        assertThat(telemetry.span().getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(500);
        assertThat(telemetry.span().getAttributes().get(longKey("linkspan.links.left_out")))
                .isEqualTo(372);
        assertThat(telemetry.total("linkspan.links.left_out")).isEqualTo(372);
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(500);
    }

    @Test
    void sampler_sees_the_links() {
        List<Integer> seen = new ArrayList<>();
        try (RecordedTelemetry sampled =
                RecordedTelemetry.tracing(tracing -> tracing.setSampler(new Samplers.Seeing((name, links) -> {
                    seen.add(links.size());
                    return SamplingResult.recordAndSample();
                })))) {
            KafkaTelemetry.create(sampled.sdk())
                    .wrap(FakeConsumer.of(Received.traced("orders", 0, 1), Received.traced("orders", 0, 2)))
                    .poll(TIMEOUT);
        }
        assertThat(seen).containsExactly(2);
    }

    @Test
    void span_covers_the_time_of_the_poll() {
        FakeConsumer slow = new FakeConsumer().next(() -> {
            long end = System.nanoTime() + 20_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return Received.all(Received.traced("orders", 0, 1));
        });
        long before = System.currentTimeMillis();
        kafka.wrap(slow).poll(TIMEOUT);

        SpanData poll = telemetry.span();
        assertThat(poll.getEndEpochNanos() - poll.getStartEpochNanos()).isBetween(20_000_000L, 10_000_000_000L);
        assertThat(poll.getStartEpochNanos() / 1_000_000).isBetween(before - 100, before + 10_000);
    }

    @Test
    void with_receive_spans_off_only_the_span_goes() {
        KafkaTelemetry quiet = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.receiveSpans(false))
                .build();
        quiet.wrap(FakeConsumer.of(Received.traced("orders", 0, 1))).poll(TIMEOUT);

        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
        assertThat(telemetry.counted("linkspan.propagation.extracted", "linkspan.outcome"))
                .isEqualTo(Map.of("linked", 1L));
    }

    private static Attributes linkOf(long offset) {
        return Attributes.builder()
                .put("messaging.kafka.message.key", "key")
                .put("messaging.kafka.offset", offset)
                .build();
    }
}
