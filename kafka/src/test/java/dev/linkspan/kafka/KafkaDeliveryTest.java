package dev.linkspan.kafka;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.common.Attributes;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How deliveries are counted. */
class KafkaDeliveryTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final ConsumerRecord<String, String> record = Received.traced("orders", 3, 42);
    private final FakeConsumer client = FakeConsumer.of(record);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void delivery_is_counted_by_the_wrapped_poll_and_not_again_by_process() {
        Consumer<String, String> consumer = kafka.wrap(client);
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(consumer);
        consumer.poll(Duration.ZERO).forEach(r -> records.process(r, handled -> {}));

        assertThat(telemetry.counted("messaging.client.consumed.messages"))
                .isEqualTo(Map.of(
                        Attributes.builder()
                                .put("messaging.system", "kafka")
                                .put("messaging.operation.name", "poll")
                                .put("messaging.destination.name", "orders")
                                .put("messaging.consumer.group.name", "billing")
                                .build(),
                        1L));
        assertThat(telemetry.counted("linkspan.propagation.extracted", "linkspan.outcome"))
                .isEqualTo(Map.of("linked", 1L));
    }

    @Test
    void delivery_from_a_bare_consumer_is_counted_by_process() {
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(client);
        client.poll(Duration.ZERO).forEach(r -> records.process(r, handled -> {}));
        records.process(
                Received.record("orders", 0, 1, Received.headers()), outer -> records.process(outer, nested -> {}));

        assertThat(telemetry.counted("messaging.client.consumed.messages"))
                .isEqualTo(Map.of(
                        Attributes.builder()
                                .put("messaging.system", "kafka")
                                .put("messaging.operation.name", "process")
                                .put("messaging.destination.name", "orders")
                                .put("messaging.consumer.group.name", "billing")
                                .build(),
                        2L));
        assertThat(telemetry.counted("linkspan.propagation.extracted", "linkspan.outcome"))
                .isEqualTo(Map.of("linked", 1L, "missing", 1L));
    }

    @Test
    void redelivery_makes_another_span_with_a_link_to_the_same_producer() {
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(client);
        records.process(record, r -> {});
        records.process(record, r -> {});

        assertThat(telemetry.spans("process orders"))
                .hasSize(2)
                .allSatisfy(
                        span -> assertThat(RecordedTelemetry.linkedSpans(span)).containsExactly(Received.spanId(42)));
    }

    @Test
    void delivery_count_is_an_attribute_where_the_client_tells_it() throws Exception {
        kafka.records(client).process(redelivered(2), r -> {});

        assertThat(telemetry.span().getAttributes().get(longKey("linkspan.message.delivery_count")))
                .isEqualTo(clientTellsDeliveries() ? 2L : null);
    }

    private static boolean clientTellsDeliveries() {
        for (Constructor<?> constructor : ConsumerRecord.class.getConstructors()) {
            if (isComplete(constructor)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isComplete(Constructor<?> constructor) {
        Class<?>[] types = constructor.getParameterTypes();
        return types.length == 12 && types[11] == Optional.class && types[10] == Optional.class;
    }

    /** As a share group has them; kafka-clients 3.9 has no such constructor. */
    @SuppressWarnings("unchecked")
    private static ConsumerRecord<String, String> redelivered(int times) throws Exception {
        for (Constructor<?> constructor : ConsumerRecord.class.getConstructors()) {
            if (isComplete(constructor)) {
                return (ConsumerRecord<String, String>) constructor.newInstance(
                        "orders",
                        0,
                        0L,
                        0L,
                        TimestampType.CREATE_TIME,
                        3,
                        5,
                        "key",
                        "value",
                        Received.headers(),
                        Optional.empty(),
                        Optional.of((short) times));
            }
        }
        return Received.record("orders", 0, 0, Received.headers());
    }
}
