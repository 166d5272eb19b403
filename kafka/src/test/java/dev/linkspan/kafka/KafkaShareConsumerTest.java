package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaShareConsumerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final Sharing client = new Sharing();
    private final ShareConsumer<String, String> consumer =
            kafka.wrap(client, Map.of("group.id", "sharing", "client.id", "shop"));
    private final ConsumerRecord<String, String> record = Received.traced("orders", 3, 42);

    private static final class Sharing extends MockShareConsumer<String, String> {
        final List<Object> acknowledged = new ArrayList<>();
        ConsumerRecords<String, String> polled = ConsumerRecords.empty();
        Map<TopicIdPartition, Optional<KafkaException>> committed = new LinkedHashMap<>();
        RuntimeException failure;
        int commits;

        @Override
        public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
            if (failure != null) {
                throw failure;
            }
            return polled;
        }

        @Override
        public synchronized void acknowledge(ConsumerRecord<String, String> record) {
            acknowledged.add(record);
        }

        @Override
        public synchronized void acknowledge(ConsumerRecord<String, String> record, AcknowledgeType type) {
            acknowledged.add(record);
            acknowledged.add(type);
        }

        @Override
        public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
            return commitSync(TIMEOUT);
        }

        @Override
        public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync(Duration timeout) {
            commits++;
            if (failure != null) {
                throw failure;
            }
            return committed;
        }

        @Override
        public synchronized void commitAsync() {
            commits++;
        }
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void poll_returns_the_clients_own_records_and_makes_a_span() {
        client.polled = Received.all(record);
        assertThat(consumer.poll(TIMEOUT)).isSameAs(client.polled);

        assertThat(telemetry.span())
                .hasName("poll orders")
                .hasKind(SpanKind.CLIENT)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.consumer.group.name", "sharing")
                        .put("messaging.client.id", "shop")
                        .put("messaging.batch.message_count", 1)
                        .put("messaging.kafka.message.key", "key")
                        .put("messaging.kafka.offset", 42)
                        .build());
        assertThat(RecordedTelemetry.linkedSpans(telemetry.span())).containsExactly(Received.spanId(42));
    }

    @Test
    void acknowledgements_are_the_callers_alone() {
        client.polled = Received.all(record);
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
        consumer.poll(TIMEOUT).forEach(r -> records.process(r, handled -> {}));
        assertThat(client.acknowledged).isEmpty();

        consumer.acknowledge(record);
        for (AcknowledgeType type : AcknowledgeType.values()) {
            consumer.acknowledge(record, type);
        }
        assertThat(client.acknowledged).startsWith(record, record, AcknowledgeType.values()[0]);
        assertThat(client.acknowledged).hasSize(1 + 2 * AcknowledgeType.values().length);
    }

    @Test
    void delivery_is_counted_by_the_wrapped_poll_and_not_again_by_process() {
        client.polled = Received.all(record);
        consumer.poll(TIMEOUT).forEach(r -> kafka.records(consumer).process(r, handled -> {}));
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);

        kafka.records(client).process(record, handled -> {});
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(2);
        assertThat(telemetry.spans("process orders"))
                .hasSize(2)
                .allSatisfy(
                        span -> assertThat(RecordedTelemetry.linkedSpans(span)).containsExactly(Received.spanId(42)));
    }

    @Test
    void failed_poll_makes_an_error_span() {
        client.failure = new IllegalStateException("records not acknowledged");
        assertThatThrownBy(() -> consumer.poll(TIMEOUT)).isSameAs(client.failure);

        assertThat(telemetry.span()).hasName("poll").hasException(client.failure);
    }

    @Test
    void each_form_of_commit_reaches_the_client_and_makes_a_span() {
        SpanContext work = telemetry.inSpan("work", () -> {
            assertThat(consumer.commitSync()).isSameAs(client.committed);
            assertThat(consumer.commitSync(TIMEOUT)).isSameAs(client.committed);
            consumer.commitAsync();
        });
        assertThat(client.commits).isEqualTo(3);
        assertThat(telemetry.spans("commit"))
                .hasSize(3)
                .allSatisfy(span -> assertThat(span)
                        .hasKind(SpanKind.CLIENT)
                        .hasParentSpanId(work.getSpanId())
                        .hasAttributes(Attributes.builder()
                                .put("messaging.system", "kafka")
                                .put("messaging.operation.name", "commit")
                                .put("messaging.operation.type", "settle")
                                .put("messaging.consumer.group.name", "sharing")
                                .put("messaging.client.id", "shop")
                                .build()));
    }

    @Test
    void commit_outside_any_span_makes_none_but_is_measured() {
        consumer.commitSync();

        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.measured("messaging.client.operation.duration")).hasSize(1);
    }

    @Test
    void commit_that_failed_for_one_partition_is_an_error_of_the_span() {
        InvalidRecordStateException failure = new InvalidRecordStateException("acquired by another");
        client.committed.put(new TopicIdPartition(Uuid.ZERO_UUID, 0, "orders"), Optional.empty());
        client.committed.put(new TopicIdPartition(Uuid.ZERO_UUID, 1, "orders"), Optional.of(failure));
        telemetry.inSpan("work", () -> assertThat(consumer.commitSync()).isSameAs(client.committed));

        assertThat(telemetry.span("commit").getStatus().getDescription()).isEqualTo("acquired by another");
    }

    @Test
    void commit_that_returns_an_odd_result_is_no_trouble() {
        client.committed = null;
        telemetry.inSpan("work", () -> assertThat(consumer.commitSync()).isNull());

        assertThat(telemetry.spans("commit")).hasSize(1);
    }

    @Test
    void failure_of_a_commit_reaches_the_caller_as_it_is() {
        client.failure = new KafkaException("no coordinator");
        telemetry.inSpan("work", () -> assertThatThrownBy(consumer::commitSync).isSameAs(client.failure));

        assertThat(telemetry.span("commit")).hasException(client.failure);
    }
}
