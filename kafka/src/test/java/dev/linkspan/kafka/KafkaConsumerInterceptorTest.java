package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaConsumerInterceptorTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final ConsumerRecord<String, String> record = Received.traced("orders", 3, 42);
    private final ConsumerRecords<String, String> records = Received.all(record);

    @AfterEach
    void close() {
        telemetry.close();
        GlobalOpenTelemetry.resetForTest();
    }

    @Test
    void poll_makes_a_span_and_returns_the_very_records() {
        KafkaTelemetryConsumerInterceptor<String, String> interceptor = configured(Map.of(
                KafkaTelemetry.CONFIG_KEY,
                kafka,
                "client.id",
                "shop",
                "group.id",
                "billing",
                "bootstrap.servers",
                "broker:9092"));
        assertThat(interceptor.onConsume(records)).isSameAs(records);
        interceptor.close();

        assertThat(telemetry.span())
                .hasName("poll orders")
                .hasKind(SpanKind.CLIENT)
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
        assertThat(RecordedTelemetry.linkedSpans(telemetry.span())).containsExactly(Received.spanId(42));
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void empty_poll_leaves_no_trace() {
        KafkaTelemetryConsumerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, kafka));

        assertThat(interceptor.onConsume(ConsumerRecords.empty())).isSameAs(ConsumerRecords.EMPTY);
        assertThat(interceptor.onConsume(null)).isNull();
        interceptor.onCommit(Map.of());
        assertThat(telemetry.spans()).isEmpty();
    }

    @Test
    void wrapped_consumer_with_the_interceptor_inside_traces_once() {
        Consumer<String, String> consumer = kafka.wrap(intercepted("shop"));
        consumer.poll(Duration.ZERO).forEach(r -> kafka.records(consumer).process(r, handled -> {}));

        assertThat(telemetry.spans("poll orders")).hasSize(1);
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void poll_of_another_consumer_in_a_commit_callback_is_traced_although_a_wrapped_poll_is_under_way() {
        FakeConsumer other = intercepted("other");
        OffsetCommitCallback[] pending = new OffsetCommitCallback[1];
        Consumer<String, String> consumer = kafka.wrap((Consumer<String, String>) new FakeConsumer() {
            @Override
            public synchronized void commitAsync(OffsetCommitCallback callback) {
                pending[0] = callback;
            }

            @Override
            public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
                pending[0].onComplete(Map.of(), null);
                assertThat(KafkaWrappedCall.POLL.isActive()).isTrue();
                return ConsumerRecords.empty();
            }
        });
        consumer.commitAsync((offsets, exception) -> other.poll(Duration.ZERO));
        consumer.poll(Duration.ZERO);

        assertThat(telemetry.spans("poll orders")).hasSize(1);
    }

    @Test
    void tracer_of_a_bare_consumer_does_not_count_again_what_its_interceptor_counted() {
        FakeConsumer consumer = intercepted("shop");
        consumer.poll(Duration.ZERO).forEach(r -> kafka.records(consumer).process(r, handled -> {}));

        assertThat(telemetry.spans("poll orders")).hasSize(1);
        assertThat(telemetry.spans("process orders")).hasSize(1);
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void tracer_of_a_bare_consumer_counts_once_the_interceptor_of_its_namesake_is_closed() {
        configured(Map.of("client.id", "shop")).close();
        kafka.records(named("shop")).process(record, handled -> {});

        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void interceptor_that_closes_does_not_speak_for_a_namesake() {
        KafkaTelemetryConsumerInterceptor<String, String> one = configured(Map.of("client.id", "shop"));
        KafkaTelemetryConsumerInterceptor<String, String> other = configured(Map.of("client.id", "shop"));
        one.close();
        one.close();
        kafka.records(named("shop")).process(record, handled -> {});
        assertThat(telemetry.total("messaging.client.consumed.messages")).isZero();

        other.close();
        kafka.records(named("shop")).process(record, handled -> {});
        assertThat(telemetry.total("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void real_consumer_tells_its_interceptor_the_id_it_gave_itself() {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", "localhost:1");
        config.put("group.id", "billing");
        config.put("interceptor.classes", KafkaTelemetryConsumerInterceptor.class.getName());
        config.put(KafkaTelemetry.CONFIG_KEY, kafka);
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        try {
            kafka.records(consumer).process(record, handled -> {});
        } finally {
            closeAtOnce(consumer);
        }

        assertThat(telemetry.counted("messaging.client.consumed.messages")).isEmpty();
        assertThat(telemetry.span().getAttributes().asMap().values())
                .contains("billing")
                .anyMatch(value -> value.toString().startsWith("consumer-billing-"));
    }

    @Test
    void another_type_in_the_config_is_told_when_the_client_is_made() {
        assertThatThrownBy(() -> configured(Map.of(KafkaTelemetry.CONFIG_KEY, telemetry.sdk())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("linkspan.kafka.telemetry")
                .hasMessageContaining("leave it out");
    }

    @Test
    void global_instance_is_asked_for_with_the_first_record_and_not_before() {
        GlobalOpenTelemetry.resetForTest();
        KafkaTelemetryConsumerInterceptor<String, String> interceptor = configured(Map.of());
        interceptor.onConsume(ConsumerRecords.empty());
        GlobalOpenTelemetry.set(telemetry.sdk());
        interceptor.onConsume(records);

        assertThat(telemetry.spans("poll orders")).hasSize(1);
    }

    @Test
    void interceptor_never_throws() {
        RecordedTelemetry broken = RecordedTelemetry.propagating(new BrokenTelemetry.Propagator());
        KafkaTelemetryConsumerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, KafkaTelemetry.create(broken.sdk())));

        assertThat(interceptor.onConsume(records)).isSameAs(records);
        assertThat(broken.total("linkspan.telemetry.errors")).isPositive();
        broken.close();
    }

    private static KafkaTelemetryConsumerInterceptor<String, String> configured(Map<String, ?> config) {
        KafkaTelemetryConsumerInterceptor<String, String> interceptor = new KafkaTelemetryConsumerInterceptor<>();
        interceptor.configure(config);
        return interceptor;
    }

    /** A client that calls its interceptor inside its poll, as the real one does. */
    private FakeConsumer intercepted(String clientId) {
        KafkaTelemetryConsumerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, kafka, "client.id", clientId));
        FakeConsumer consumer = named(clientId);
        consumer.next(() -> {
            ConsumerRecords<String, String> polled = interceptor.onConsume(records);
            interceptor.onCommit(Map.of());
            return polled;
        });
        opened = interceptor;
        return consumer;
    }

    private KafkaTelemetryConsumerInterceptor<String, String> opened = new KafkaTelemetryConsumerInterceptor<>();

    @AfterEach
    void closeInterceptor() {
        opened.close();
    }

    private static FakeConsumer named(String clientId) {
        return new FakeConsumer() {
            @Override
            public synchronized Map<MetricName, ? extends Metric> metrics() {
                MetricName name = new MetricName("lag", "consumer", "", Map.of("client-id", clientId));
                Map<MetricName, Metric> metrics = new HashMap<>();
                metrics.put(name, null);
                return metrics;
            }
        };
    }

    @SuppressWarnings({"deprecation", "removal"}) // its successor is not there in kafka-clients 3.9
    private static void closeAtOnce(KafkaConsumer<String, String> consumer) {
        consumer.close(Duration.ZERO);
    }
}
