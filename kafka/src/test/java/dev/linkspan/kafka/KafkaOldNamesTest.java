package dev.linkspan.kafka;

import static dev.linkspan.testing.LinkspanAssertions.assertThatSpans;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With {@code messaging/dup}. */
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaOldNamesTest {

    private static final String OPT_IN = "otel.semconv-stability.opt-in";

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private KafkaTelemetry kafka;

    @BeforeEach
    void optIn() {
        System.setProperty(OPT_IN, "http, messaging/dup");
        try {
            kafka = KafkaTelemetry.create(telemetry.sdk());
        } finally {
            System.clearProperty(OPT_IN);
        }
    }

    @AfterEach
    void close() {
        assertThatSpans(telemetry.spans()).followsConventionsAndOldOnes();
        telemetry.forgetSpans();
        telemetry.close();
    }

    @Test
    void sent_records_have_the_old_names_too() {
        kafka.wrap(FakeProducer.acknowledging(), Map.of("client.id", "shop", "group.id", "billing"))
                .send(new ProducerRecord<>("orders", "key", "hello"));

        assertThat(telemetry.span())
                .hasName("send orders")
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "send")
                        .put("messaging.operation.type", "send")
                        .put("messaging.operation", "publish")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "7")
                        .put("messaging.client.id", "shop")
                        .put("messaging.client_id", "shop")
                        .put("messaging.kafka.message.key", "key")
                        .put("messaging.kafka.offset", 42)
                        .put("messaging.kafka.message.offset", 42)
                        .put("messaging.message.body.size", 5)
                        .build());
    }

    @Test
    void received_and_processed_records_have_the_old_names_too() {
        Consumer<String, String> consumer =
                kafka.wrap(FakeConsumer.of(Received.traced("orders", 3, 42)), Map.of("client.id", "shop"));
        consumer.poll(Duration.ZERO).forEach(record -> kafka.records(consumer).process(record, r -> {}));

        Attributes both = Attributes.builder()
                .put("messaging.system", "kafka")
                .put("messaging.destination.name", "orders")
                .put("messaging.destination.partition.id", "3")
                .put("messaging.client.id", "shop")
                .put("messaging.client_id", "shop")
                .put("messaging.consumer.group.name", "billing")
                .put("messaging.kafka.consumer.group", "billing")
                .put("messaging.kafka.message.key", "key")
                .put("messaging.kafka.offset", 42)
                .put("messaging.kafka.message.offset", 42)
                .build();
        assertThat(telemetry.span("poll orders"))
                .hasAttributes(both.toBuilder()
                        .put("messaging.operation.name", "poll")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.operation", "receive")
                        .put("messaging.batch.message_count", 1)
                        .build());
        assertThat(telemetry.span("process orders"))
                .hasAttributes(both.toBuilder()
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.operation", "process")
                        .put("messaging.message.body.size", 5)
                        .build());
    }
}
