package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.Closeable;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaTelemetryTest {

    private final KafkaTelemetry kafka = KafkaTelemetry.create(OpenTelemetry.noop());
    private final KafkaTelemetryBuilder builder = KafkaTelemetry.builder(OpenTelemetry.noop());

    @Test
    void wrapping_a_wrapped_client_returns_it() {
        Producer<String, String> producer = kafka.wrap(FakeProducer.silent());
        Consumer<String, String> consumer = kafka.wrap(new FakeConsumer());
        ShareConsumer<String, String> sharing = kafka.wrap(new MockShareConsumer<>());
        KafkaTelemetry other = KafkaTelemetry.create(OpenTelemetry.noop());

        assertThat(kafka.wrap(producer)).isSameAs(producer);
        assertThat(other.wrap(producer, Map.of("client.id", "x"))).isSameAs(producer);
        assertThat(kafka.wrap(consumer)).isSameAs(consumer);
        assertThat(other.wrap(consumer, Map.of())).isSameAs(consumer);
        assertThat(kafka.wrap(sharing)).isSameAs(sharing);
        assertThat(other.wrap(sharing, Map.of())).isSameAs(sharing);
    }

    @Test
    void tracer_of_a_wrapped_consumer_is_the_same_each_time_and_the_telemetrys_that_is_asked() {
        RecordedTelemetry telemetry = RecordedTelemetry.create();
        KafkaTelemetry recording = KafkaTelemetry.create(telemetry.sdk());
        Consumer<String, String> consumer = kafka.wrap(new FakeConsumer());
        ShareConsumer<String, String> sharing = kafka.wrap(new MockShareConsumer<>());

        assertThat(kafka.records(consumer)).isSameAs(kafka.records(consumer));
        assertThat(kafka.records(sharing)).isSameAs(kafka.records(sharing));
        recording.records(consumer).process(Received.traced("orders", 3, 42), record -> {});
        recording.records(sharing).process(Received.traced("orders", 3, 43), record -> {});
        assertThat(telemetry.spans("process orders")).hasSize(2);
        telemetry.close();
    }

    @Test
    void client_can_be_had_back() {
        FakeProducer<String, String> producer = FakeProducer.silent();
        FakeConsumer consumer = new FakeConsumer();

        assertThat(ClientProxy.unwrap(kafka.wrap(producer))).isSameAs(producer);
        assertThat(ClientProxy.unwrap(kafka.wrap((Consumer<String, String>) consumer)))
                .isSameAs(consumer);
        assertThat(ClientProxy.unwrap((Producer<String, String>) producer)).isSameAs(producer);
    }

    @Test
    void wrapped_client_has_an_identity_of_its_own_and_says_what_it_is() {
        FakeProducer<String, String> client = FakeProducer.silent();
        Producer<String, String> one = kafka.wrap(client);
        Producer<String, String> other = kafka.wrap(client);

        assertThat(Set.of(one, other)).contains(one, other);
        assertThat(one).isNotEqualTo(other).isNotEqualTo(client);
        assertThat(one.toString()).isEqualTo("Linkspan(" + client + ")");
    }

    @Test
    void wrapped_client_keeps_the_other_public_interfaces_of_its_class() {
        abstract class Named extends FakeProducer<String, String> implements Comparable<Named> {
            Named() {
                super(sent -> {});
            }
        }
        Producer<String, String> wrapped = kafka.wrap(new Named() {
            @Override
            public int compareTo(Named other) {
                return 42;
            }
        });

        assertThat(wrapped).isInstanceOf(Comparable.class).isInstanceOf(Closeable.class);
    }

    @Test
    void shared_settings_hold_for_kafka() {
        RecordedTelemetry telemetry = RecordedTelemetry.create();
        MessagingTelemetry shared = MessagingTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.tracing(false))
                .build();
        KafkaTelemetry.create(shared).wrap(FakeProducer.acknowledging()).send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.spans()).isEmpty();
        assertThat(telemetry.total("messaging.client.sent.messages")).isEqualTo(1);
        telemetry.close();
    }

    @Test
    void policy_can_differ_by_topic() {
        RecordedTelemetry telemetry = RecordedTelemetry.create();
        KafkaTelemetry picky = KafkaTelemetry.builder(telemetry.sdk())
                .policy("secret", policy -> policy.tracing(false))
                .policy(topic -> topic.startsWith("bulk-"), policy -> policy.propagation(false))
                .build();
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        Producer<String, String> producer = picky.wrap(client);
        producer.send(new ProducerRecord<>("secret", "hello"));
        producer.send(new ProducerRecord<>("bulk-1", "hello"));
        producer.send(new ProducerRecord<>("orders", "hello"));

        assertThat(telemetry.spans()).extracting(span -> span.getName()).containsExactly("send bulk-1", "send orders");
        assertThat(client.sent)
                .extracting(sent ->
                        Received.values(sent.record().headers(), "traceparent").size())
                .containsExactly(0, 0, 1);
        telemetry.close();
    }

    @Test
    void noop_telemetry_leaves_records_as_they_are() {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        ProducerRecord<String, String> record = new ProducerRecord<>(
                "orders", null, "key", "value", Received.headers("traceparent", Received.TRACEPARENT));
        kafka.wrap(client).send(record);

        assertThat(client.lastRecord()).isSameAs(record);
        assertThat(Received.values(record.headers(), "traceparent")).containsExactly(Received.TRACEPARENT);
    }

    @Test
    void null_is_refused_with_a_message_that_says_what_to_do() {
        refused(
                "openTelemetry must not be null; use OpenTelemetry.noop()",
                () -> KafkaTelemetry.create((OpenTelemetry) null));
        refused("openTelemetry must not be null", () -> KafkaTelemetry.builder((OpenTelemetry) null));
        refused(
                "messaging must not be null; use MessagingTelemetry.create",
                () -> KafkaTelemetry.create((MessagingTelemetry) null));
        refused("producer must not be null", () -> kafka.wrap((Producer<String, String>) null));
        refused("consumer must not be null", () -> kafka.wrap((Consumer<String, String>) null));
        refused("consumer must not be null", () -> kafka.wrap((ShareConsumer<String, String>) null));
        refused("consumer must not be null", () -> kafka.records((Consumer<String, String>) null));
        refused("consumer must not be null", () -> kafka.records((ShareConsumer<String, String>) null));
        refused("record must not be null", () -> kafka.create((ProducerRecord<String, String>) null));
        String config = "config must be the client's configuration; leave it out if it is not at hand";
        refused(config, () -> kafka.wrap(FakeProducer.silent(), null));
        refused(config, () -> kafka.wrap((Consumer<String, String>) new FakeConsumer(), null));
        refused(config, () -> kafka.wrap(new MockShareConsumer<>(), null));
    }

    @Test
    void builder_refuses_wrong_values_and_names_them() {
        refused("change must be a function", () -> builder.policy(null));
        refused("change must be a function", () -> builder.policy("orders", null));
        refused("destination must be a name", () -> builder.policy((String) null, UnaryOperator.identity()));
        refused(
                "destinations must be a predicate",
                () -> builder.policy((Predicate<String>) null, UnaryOperator.identity()));
        refused("the change returned null", () -> builder.policy(policy -> null));
        refused("the change returned null", () -> builder.policy("orders", policy -> null));
        refused("clusterId must not be null; leave it out", () -> builder.clusterId(null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.clusterId(" "))
                .withMessageContaining("clusterId is \" \"")
                .withMessageContaining("leave it out");
        for (int wrong : new int[] {0, -1, 10_001}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.policy("orders", policy -> policy.maxLinks(wrong)))
                    .withMessageContaining("maxLinks is " + wrong)
                    .withMessageContaining("1 to 10,000");
        }
        refused("relation must be a Relation", () -> builder.policy((MessagingPolicy policy) -> policy.relation(null)));
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessageContaining(message);
    }
}
