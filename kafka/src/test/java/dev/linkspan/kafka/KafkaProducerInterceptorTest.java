package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaProducerInterceptorTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final ProducerRecord<String, String> record =
            new ProducerRecord<>("orders", 3, "order-1", "hello", Received.headers("tenant", "blue"));

    @AfterEach
    void close() {
        telemetry.close();
        GlobalOpenTelemetry.resetForTest();
    }

    @Test
    void record_leaves_as_a_copy_with_the_span_in_its_headers() {
        KafkaTelemetryProducerInterceptor<String, String> interceptor = configured(
                Map.of(KafkaTelemetry.CONFIG_KEY, kafka, "client.id", "shop", "bootstrap.servers", "broker:9092"));
        List<ProducerRecord<String, String>> sent = new ArrayList<>();
        SpanContext caller = telemetry.inSpan("work", () -> sent.add(interceptor.onSend(record)));

        assertThat(telemetry.span("send orders"))
                .hasKind(SpanKind.PRODUCER)
                .hasParentSpanId(caller.getSpanId())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "send")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "3")
                        .put("messaging.client.id", "shop")
                        .put("messaging.kafka.message.key", "order-1")
                        .put("server.address", "broker")
                        .put("server.port", 9092)
                        .build());
        assertThat(Received.spanIdIn(sent.get(0).headers()))
                .isEqualTo(telemetry.span("send orders").getSpanId());
        assertThat(Received.snapshot(record.headers())).containsExactly("tenant=blue");
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
    }

    @Test
    void telemetry_in_a_clients_config_reaches_the_interceptor_it_makes() {
        try (Producer<String, String> producer = realProducer(kafka)) {
            producer.send(record);
        }

        assertThat(telemetry.span().getName()).isEqualTo("send orders");
        assertThat(Seen.headers).containsExactly(1);
    }

    @Test
    void wrapped_producer_with_the_interceptor_inside_traces_once() {
        try (Producer<String, String> producer = kafka.wrap(realProducer(kafka))) {
            producer.send(record);
        }

        assertThat(telemetry.spans("send orders")).hasSize(1);
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
        assertThat(Seen.headers).containsExactly(1);
    }

    @Test
    void record_that_a_callback_sends_by_another_producer_is_traced_although_a_wrapped_send_is_under_way() {
        KafkaTelemetryProducerInterceptor<String, String> other = configured(Map.of(KafkaTelemetry.CONFIG_KEY, kafka));
        FakeProducer<String, String> refusing = new FakeProducer<>(sent -> sent.fail(new InvalidTopicException("?")));
        List<ProducerRecord<String, String>> deadLetters = new ArrayList<>();
        kafka.wrap(refusing)
                .send(
                        record,
                        (metadata, exception) ->
                                deadLetters.add(other.onSend(new ProducerRecord<>("orders.dead", "hello"))));

        assertThat(Received.spanIdIn(deadLetters.get(0).headers()))
                .isEqualTo(telemetry.span("send orders.dead").getSpanId());
        assertThat(KafkaWrappedCall.SEND.isActive()).isFalse();
    }

    @Test
    void another_type_in_the_config_is_told_when_the_client_is_made() {
        assertThatThrownBy(() -> configured(Map.of(KafkaTelemetry.CONFIG_KEY, "yes")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("linkspan.kafka.telemetry")
                .hasMessageContaining("yes")
                .hasMessageContaining("KafkaTelemetry")
                .hasMessageContaining("leave it out");
        assertThatThrownBy(() -> realProducer("yes")).hasRootCauseInstanceOf(ConfigException.class);
    }

    @Test
    void global_instance_is_asked_for_with_the_first_record_and_not_before() {
        GlobalOpenTelemetry.resetForTest();
        KafkaTelemetryProducerInterceptor<String, String> interceptor = configured(Map.of());
        GlobalOpenTelemetry.set(telemetry.sdk());

        assertThat(Received.spanIdIn(interceptor.onSend(record).headers()))
                .isEqualTo(telemetry.span().getSpanId());
    }

    @Test
    void without_any_telemetry_the_record_leaves_as_it_is() {
        GlobalOpenTelemetry.resetForTest();
        assertThat(configured(Map.of()).onSend(record)).isSameAs(record);
    }

    @Test
    void limit_of_the_client_is_kept() {
        KafkaTelemetryProducerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, kafka, "max.request.size", 200));
        ProducerRecord<String, String> large = new ProducerRecord<>("orders", "v".repeat(100));

        assertThat(interceptor.onSend(large)).isSameAs(large);
        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .isEqualTo(Map.of("skipped", 1L));
    }

    @Test
    void null_and_the_other_callbacks_do_nothing() {
        KafkaTelemetryProducerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, kafka));

        assertThat(interceptor.onSend(null)).isNull();
        interceptor.onAcknowledgement(null, null);
        interceptor.close();
        assertThat(telemetry.spans()).isEmpty();
    }

    @Test
    void interceptor_never_throws() {
        RecordedTelemetry broken = RecordedTelemetry.propagating(new BrokenTelemetry.Propagator());
        KafkaTelemetryProducerInterceptor<String, String> interceptor =
                configured(Map.of(KafkaTelemetry.CONFIG_KEY, KafkaTelemetry.create(broken.sdk())));

        assertThat(interceptor.onSend(record)).isSameAs(record);
        assertThat(Received.snapshot(record.headers())).containsExactly("tenant=blue");
        assertThat(broken.total("linkspan.telemetry.errors")).isPositive();
        broken.close();
    }

    private static KafkaTelemetryProducerInterceptor<String, String> configured(Map<String, ?> config) {
        KafkaTelemetryProducerInterceptor<String, String> interceptor = new KafkaTelemetryProducerInterceptor<>();
        interceptor.configure(config);
        return interceptor;
    }

    /** It finds no broker and gives up at once, but its interceptors have seen the record by then. */
    private static Producer<String, String> realProducer(Object telemetry) {
        Seen.headers.clear();
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", "localhost:1");
        config.put("max.block.ms", 1);
        config.put(
                "interceptor.classes", KafkaTelemetryProducerInterceptor.class.getName() + "," + Seen.class.getName());
        config.put(KafkaTelemetry.CONFIG_KEY, telemetry);
        return new Closing<>(new KafkaProducer<>(config, new StringSerializer(), new StringSerializer()));
    }

    /** How many traceparents a record has when it reaches the client. */
    public static final class Seen implements ProducerInterceptor<String, String> {
        static final List<Integer> headers = new ArrayList<>();

        @Override
        public ProducerRecord<String, String> onSend(ProducerRecord<String, String> record) {
            headers.add(Received.values(record.headers(), "traceparent").size());
            return record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> config) {}
    }

    /** Closes at once. */
    private static final class Closing<K, V> extends FakeProducer<K, V> {
        private final Producer<K, V> producer;

        Closing(Producer<K, V> producer) {
            super(sent -> producer.send(sent.record(), sent.callback()));
            this.producer = producer;
        }

        @Override
        public void close() {
            producer.close(Duration.ZERO);
        }
    }
}
