package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.send;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Share groups (KIP-932): acknowledgements are the application's, and every delivery is a span of its own. */
@Tag("since-kafka-4.1")
@ExtendWith(KafkaExtension.class)
class KafkaShareGroupIT {

    private static final Map<String, ?> EXPLICIT = Map.of(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private String topic;
    private Producer<String, String> producer;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        topic = kafka.topic();
        producer = telemetry.wrap(kafka.producer());
    }

    @Test
    void a_released_record_comes_again_as_a_second_span_with_its_delivery_count(KafkaClients kafka) {
        send(producer, topic, "accept", "release", "reject");
        String group = kafka.shareGroup();
        ShareConsumer<String, String> consumer =
                telemetry.wrap(kafka.shareConsumer(group, EXPLICIT), Map.of("group.id", group));
        consumer.subscribe(List.of(topic));
        MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);

        poll(
                consumer,
                3,
                record -> records.process(
                        record,
                        r -> consumer.acknowledge(
                                r, AcknowledgeType.valueOf(r.value().toUpperCase(Locale.ROOT)))));
        send(producer, topic, "last");
        List<ConsumerRecord<String, String>> second = poll(
                consumer, 2, record -> records.process(record, r -> consumer.acknowledge(r, AcknowledgeType.ACCEPT)));
        consumer.commitSync();

        assertThat(second).extracting(ConsumerRecord::value).containsExactlyInAnyOrder("release", "last");
        List<SpanData> spans = otel.awaitSpans(4 + 2 + 5);
        SpanData released = named(spans, "send " + topic).get(1);
        assertThat(named(spans, "process " + topic))
                .filteredOn(process -> linksOf(process).contains(released.getSpanId()))
                .extracting(process -> process.getAttributes().get(longKey("linkspan.message.delivery_count")))
                .containsExactly(1L, 2L);
        assertThat(named(spans, "process " + topic))
                .hasSize(5)
                .extracting(process -> process.getAttributes().get(stringKey("messaging.consumer.group.name")))
                .containsOnly(group);
    }

    @Test
    void a_handler_that_throws_is_not_acknowledged_by_us(KafkaClients kafka) {
        send(producer, topic, "chair");
        String group = kafka.shareGroup();
        IllegalStateException failure = new IllegalStateException("closed");
        try (ShareConsumer<String, String> consumer = telemetry.wrap(kafka.shareConsumer(group, EXPLICIT))) {
            consumer.subscribe(List.of(topic));
            poll(consumer, 1, record -> {
                assertThatThrownBy(() -> telemetry.records(consumer).process(record, r -> {
                            throw failure;
                        }))
                        .isSameAs(failure);
                consumer.acknowledge(record, AcknowledgeType.RELEASE);
            });
        }
        ShareConsumer<String, String> next = telemetry.wrap(kafka.shareConsumer(group, EXPLICIT));
        next.subscribe(List.of(topic));

        List<ConsumerRecord<String, String>> again =
                poll(next, 1, record -> next.acknowledge(record, AcknowledgeType.ACCEPT));

        assertThat(again).hasSize(1);
        assertThat(again.get(0).deliveryCount()).contains((short) 2);
        otel.awaitSpans(4);
    }

    @Test
    void a_commit_inside_a_span_is_its_child(KafkaClients kafka) {
        send(producer, topic, "chair");
        ShareConsumer<String, String> consumer = telemetry.wrap(kafka.shareConsumer(kafka.shareGroup(), EXPLICIT));
        consumer.subscribe(List.of(topic));
        MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);

        poll(
                consumer,
                1,
                record -> records.process(record, r -> {
                    consumer.acknowledge(r);
                    consumer.commitSync();
                }));

        List<SpanData> spans = otel.awaitSpans(4);
        assertThat(one(spans, "commit").getParentSpanId())
                .isEqualTo(one(spans, "process " + topic).getSpanId());
    }
}
