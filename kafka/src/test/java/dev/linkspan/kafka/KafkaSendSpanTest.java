package dev.linkspan.kafka;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaSendSpanTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void span_is_a_producer_root_with_these_attributes_and_no_others() {
        FakeProducer<String, String> client = FakeProducer.silent();
        kafka.wrap(client, Map.of("client.id", "shop", "bootstrap.servers", "broker:9092"))
                .send(new ProducerRecord<>("orders", "order-1", "hello"));
        assertThat(telemetry.spans()).isEmpty();

        client.sent.get(0).acknowledge(7, 42);

        assertThat(telemetry.span())
                .hasName("send orders")
                .hasKind(SpanKind.PRODUCER)
                .hasNoParent()
                .hasTotalRecordedLinks(0)
                .hasStatus(StatusData.unset())
                .hasTotalRecordedEvents(0)
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "send")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.destination.partition.id", "7")
                        .put("messaging.client.id", "shop")
                        .put("messaging.kafka.message.key", "order-1")
                        .put("messaging.kafka.offset", 42)
                        .put("server.address", "broker")
                        .put("server.port", 9092)
                        .build());
    }

    @Test
    void record_carries_the_span_that_sent_it() {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        kafka.wrap(client).send(new ProducerRecord<>("orders", "hello"));

        SpanContext span = telemetry.span().getSpanContext();
        assertThat(Received.values(client.lastRecord().headers(), "traceparent"))
                .singleElement()
                .satisfies(value ->
                        assertThat(value).matches("00-" + span.getTraceId() + "-" + span.getSpanId() + "-0[13]"));
    }

    @Test
    void span_is_a_child_of_the_callers_span() {
        Producer<String, String> producer = kafka.wrap(FakeProducer.acknowledging());
        SpanContext caller = telemetry.inSpan("checkout", () -> producer.send(new ProducerRecord<>("orders", "hello")));

        assertThat(telemetry.span("send orders"))
                .hasTraceId(caller.getTraceId())
                .hasParentSpanId(caller.getSpanId())
                .hasTotalRecordedLinks(0);
    }

    @Test
    void scope_is_the_modules_with_the_schema_of_the_conventions() {
        kafka.wrap(FakeProducer.<String, String>acknowledging()).send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.span().getInstrumentationScopeInfo().getName()).isEqualTo("dev.linkspan.kafka");
        assertThat(telemetry.span().getInstrumentationScopeInfo().getSchemaUrl())
                .isEqualTo("https://opentelemetry.io/schemas/1.44.0");
    }

    @Test
    void partition_that_the_caller_chose_is_there_at_the_start_and_right_at_the_end() {
        FakeProducer<String, String> client = FakeProducer.silent();
        Producer<String, String> producer = kafka.wrap(client);
        producer.send(new ProducerRecord<>("orders", 3, "key", "refused"));
        client.sent.get(0).fail(new TimeoutException("no leader"));
        producer.send(new ProducerRecord<>("orders", 3, "key", "taken"));
        client.sent.get(1).acknowledge(3, 0);

        assertThat(telemetry.spans())
                .extracting(span -> span.getAttributes().get(stringKey("messaging.destination.partition.id")))
                .containsExactly("3", "3");
    }

    @Test
    void offset_that_the_broker_did_not_tell_is_left_out() {
        FakeProducer<String, String> withoutAcks = new FakeProducer<>(sent -> sent.acknowledge(7, -1));
        kafka.wrap(withoutAcks).send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.span().getAttributes().get(longKey("messaging.kafka.offset")))
                .isNull();
        assertThat(telemetry.span().getAttributes().get(stringKey("messaging.destination.partition.id")))
                .isEqualTo("7");
    }

    @Test
    void size_of_the_body_that_the_answer_tells_is_opt_in() {
        KafkaTelemetry.builder(telemetry.sdk())
                .policy("orders", policy -> policy.bodySizes(true))
                .build()
                .wrap(FakeProducer.<String, String>acknowledging())
                .send(new ProducerRecord<>("orders", "hello"));
        kafka.wrap(FakeProducer.<String, String>acknowledging()).send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.spans())
                .extracting(span -> span.getAttributes().get(longKey("messaging.message.body.size")))
                .containsExactly(5L, null);
    }

    @Test
    void keys_with_one_canonical_text_become_an_attribute() {
        UUID uuid = UUID.randomUUID();
        assertThat(keyAttribute("text")).isEqualTo("text");
        assertThat(keyAttribute("")).isEqualTo("");
        assertThat(keyAttribute(42)).isEqualTo("42");
        assertThat(keyAttribute(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(keyAttribute(true)).isEqualTo("true");
        assertThat(keyAttribute(uuid)).isEqualTo(uuid.toString());
    }

    @Test
    void keys_without_one_canonical_text_do_not() {
        assertThat(keyAttribute(null)).isNull();
        assertThat(keyAttribute("bytes".getBytes(StandardCharsets.UTF_8))).isNull();
        assertThat(keyAttribute(new Object())).isNull();
        assertThat(keyAttribute(Map.of("a", 1))).isNull();
    }

    @Test
    void long_key_is_cut() {
        assertThat(keyAttribute("k".repeat(100_000))).isEqualTo("k".repeat(256));
    }

    @Test
    void key_is_left_out_or_rewritten_as_policy_says() {
        KafkaTelemetry secretive = KafkaTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.messageKeys(key -> "#" + key.length()))
                .policy("patients", policy -> policy.messageKeys(false))
                .build();
        Producer<String, String> producer = secretive.wrap(FakeProducer.acknowledging());
        producer.send(new ProducerRecord<>("orders", "anna@example.org", "hello"));
        producer.send(new ProducerRecord<>("patients", "anna@example.org", "hello"));

        assertThat(telemetry.spans())
                .extracting(span -> span.getAttributes().get(stringKey("messaging.kafka.message.key")))
                .containsExactly("#16", null);
    }

    @Test
    void tombstone_carries_context_and_says_what_it_is() {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        kafka.wrap(client).send(new ProducerRecord<>("orders", "order-1", null));

        assertThat(telemetry.span().getAttributes().asMap())
                .containsEntry(
                        io.opentelemetry.api.common.AttributeKey.booleanKey("messaging.kafka.message.tombstone"), true);
        assertThat(Received.spanIdIn(client.lastRecord().headers()))
                .isEqualTo(telemetry.span().getSpanId());
        assertThat(client.lastRecord().value()).isNull();
    }

    @Test
    void refusal_of_the_broker_is_an_error_of_the_span() {
        FakeProducer<String, String> client = new FakeProducer<>(sent -> sent.fail(new TimeoutException("too slow")));
        kafka.wrap(client).send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.span())
                .hasStatus(StatusData.create(StatusCode.ERROR, "too slow"))
                .hasException(new TimeoutException("too slow"))
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "kafka")
                        .put("messaging.operation.name", "send")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "orders")
                        .put("error.type", "org.apache.kafka.common.errors.TimeoutException")
                        .build());
    }

    @Test
    void exception_of_send_reaches_the_caller_as_it_is_and_ends_the_span() {
        IllegalStateException closed = new IllegalStateException("closed");
        Producer<String, String> producer = kafka.wrap(new FakeProducer<>(sent -> {
            throw closed;
        }));

        assertThatThrownBy(() -> producer.send(new ProducerRecord<>("orders", "hello")))
                .isSameAs(closed);
        assertThat(telemetry.span()).hasStatus(StatusData.create(StatusCode.ERROR, "closed"));
    }

    @Test
    void each_message_is_counted_once_and_its_duration_measured() {
        FakeProducer<String, String> client = FakeProducer.silent();
        Producer<String, String> producer = kafka.wrap(client);
        producer.send(new ProducerRecord<>("orders", "one"));
        producer.send(new ProducerRecord<>("orders", "two"));
        client.sent.get(0).acknowledge(0, 0);
        client.sent.get(1).fail(new TimeoutException("too slow"));

        Attributes ok = Attributes.builder()
                .put("messaging.system", "kafka")
                .put("messaging.operation.name", "send")
                .put("messaging.destination.name", "orders")
                .build();
        Attributes failed = ok.toBuilder()
                .put("error.type", "org.apache.kafka.common.errors.TimeoutException")
                .build();
        assertThat(telemetry.counted("messaging.client.sent.messages")).isEqualTo(Map.of(ok, 1L, failed, 1L));
        assertThat(telemetry.measured("messaging.client.operation.duration"))
                .isEqualTo(Map.of(withType(ok), 1L, withType(failed), 1L));
        assertThat(telemetry.counted("linkspan.propagation.injected", "linkspan.outcome"))
                .isEqualTo(Map.of("injected", 2L));
    }

    @Test
    void copy_is_the_callers_record_but_for_the_headers() {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        RecordHeaders headers = new RecordHeaders();
        headers.add("tenant", new byte[] {1, 2}).add("empty", null).add("tenant", new byte[] {3});
        ProducerRecord<String, String> record = new ProducerRecord<>("orders", 3, 123L, "key", "value", headers);
        kafka.wrap(client).send(record);

        ProducerRecord<String, String> sent = client.lastRecord();
        assertThat(sent.topic()).isEqualTo("orders");
        assertThat(sent.partition()).isEqualTo(3);
        assertThat(sent.timestamp()).isEqualTo(123L);
        assertThat(sent.key()).isSameAs(record.key());
        assertThat(sent.value()).isSameAs(record.value());
        assertThat(sent.headers()).startsWith(headers.toArray()).hasSize(4);
    }

    private String keyAttribute(Object key) {
        telemetry.forgetSpans();
        kafka.wrap(FakeProducer.<Object, String>acknowledging()).send(new ProducerRecord<>("orders", key, "hello"));
        SpanData span = telemetry.span();
        return span.getAttributes().get(stringKey("messaging.kafka.message.key"));
    }

    private static Attributes withType(Attributes attributes) {
        return attributes.toBuilder().put("messaging.operation.type", "send").build();
    }
}
