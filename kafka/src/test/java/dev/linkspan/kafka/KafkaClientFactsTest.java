package dev.linkspan.kafka;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What spans say of their client. */
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaClientFactsTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void one_bootstrap_server_is_the_server() {
        assertThat(server("broker:9092")).isEqualTo("broker:9092");
        assertThat(server(" broker : 9092 ")).isEqualTo("broker:9092");
        assertThat(server(List.of("broker:9092"))).isEqualTo("broker:9092");
        assertThat(server("SASL_SSL://broker:9092")).isEqualTo("broker:9092");
        assertThat(server("[::1]:9092")).isEqualTo("::1:9092");
        assertThat(server("PLAINTEXT://[fe80::1%eth0]:9092")).isEqualTo("fe80::1%eth0:9092");
    }

    @Test
    void of_several_bootstrap_servers_none_is() {
        assertThat(server("one:9092,two:9092")).isEqualTo("none");
        assertThat(server(List.of("one:9092", "two:9092"))).isEqualTo("none");
    }

    @Test
    void what_is_no_server_is_left_out() {
        for (Object odd : Arrays.asList(null, "", ":9092", "broker", "broker:", "broker:http", List.of(), 42)) {
            assertThat(server(odd)).as("%s", odd).isEqualTo("none");
        }
    }

    @Test
    void group_is_the_configured_one_else_the_consumers_own() {
        assertThat(group(new FakeConsumer(), Map.of("group.id", "shipping"))).isEqualTo("shipping");
        assertThat(group(new FakeConsumer(), Map.of())).isEqualTo("billing");
        assertThat(group(new FakeConsumer(), Map.of("group.id", ""))).isEqualTo("none");
    }

    @Test
    void consumer_without_a_group_has_none() {
        FakeConsumer alone = new FakeConsumer() {
            @Override
            public ConsumerGroupMetadata groupMetadata() {
                throw new InvalidGroupIdException("no group.id");
            }
        };
        assertThat(group(alone, Map.of())).isEqualTo("none");
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();

        FakeConsumer odd = new FakeConsumer() {
            @Override
            public ConsumerGroupMetadata groupMetadata() {
                return null;
            }
        };
        assertThat(group(odd, Map.of())).isEqualTo("none");
    }

    @Test
    void producer_has_no_group_whatever_its_configuration_says() {
        assertThat(produced(Map.of("group.id", "billing"), FakeProducer.acknowledging())
                        .asMap()
                        .keySet())
                .noneMatch(key -> key.getKey().contains("group"));
    }

    @Test
    void client_id_is_the_configured_one_else_that_in_the_clients_metrics() {
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        client.setMockMetrics(new MetricName("count", "kafka-metrics-count", "", Map.of()), null);
        client.setMockMetrics(new MetricName("rate", "producer", "", Map.of("client-id", "producer-1")), null);

        assertThat(string(produced(Map.of(), client), "messaging.client.id")).isEqualTo("producer-1");
        assertThat(string(produced(Map.of("client.id", "shop"), client), "messaging.client.id"))
                .isEqualTo("shop");
        assertThat(string(produced(Map.of("client.id", ""), client), "messaging.client.id"))
                .isEqualTo("producer-1");
    }

    @Test
    void configuration_may_be_properties_or_sorted() {
        Properties properties = new Properties();
        properties.setProperty("client.id", "shop");
        assertThat(string(produced(properties, FakeProducer.acknowledging()), "messaging.client.id"))
                .isEqualTo("shop");
        assertThat(string(
                        produced(new TreeMap<>(Map.of("client.id", "shop")), FakeProducer.acknowledging()),
                        "messaging.client.id"))
                .isEqualTo("shop");
    }

    @Test
    void cluster_is_the_one_that_was_set() {
        KafkaTelemetry clustered =
                KafkaTelemetry.builder(telemetry.sdk()).clusterId("c-1").build();
        clustered.wrap(FakeProducer.acknowledging()).send(new ProducerRecord<>("orders", "hello"));
        clustered.records(new FakeConsumer()).process(Received.traced("orders", 0, 1), record -> {});

        assertThat(telemetry.spans())
                .hasSize(2)
                .allSatisfy(span -> assertThat(string(span.getAttributes(), "messaging.kafka.cluster.id"))
                        .isEqualTo("c-1"));
    }

    @Test
    void cluster_and_policies_can_be_set_over_settings_that_are_shared() {
        MessagingTelemetry shared = MessagingTelemetry.builder(telemetry.sdk())
                .policy(policy -> policy.destinationTemplate(topic -> "any"))
                .build();
        KafkaTelemetry clustered = KafkaTelemetry.builder(shared)
                .clusterId("c-1")
                .policy("secret", policy -> policy.tracing(false))
                .build();
        for (KafkaTelemetry each : List.of(clustered, KafkaTelemetry.create(shared))) {
            Producer<String, String> producer = each.wrap(FakeProducer.acknowledging());
            producer.send(new ProducerRecord<>("orders", "hello"));
            producer.send(new ProducerRecord<>("secret", "hello"));
        }

        assertThat(telemetry.spans()).extracting(SpanData::getName).containsExactly("send any", "send any", "send any");
        assertThat(telemetry.spans())
                .extracting(span -> string(span.getAttributes(), "messaging.kafka.cluster.id"))
                .containsExactly("c-1", null, null);
    }

    @Test
    void client_whose_metrics_fail_can_be_wrapped() {
        FakeConsumer broken = new FakeConsumer() {
            @Override
            public synchronized Map<MetricName, ? extends Metric> metrics() {
                throw new IllegalStateException("closed");
            }
        };
        assertThat(group(broken, Map.of())).isEqualTo("billing");
        assertThat(telemetry.total("linkspan.telemetry.errors")).isPositive();
    }

    private String server(Object bootstrapServers) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrapServers);
        Attributes attributes = produced(config, FakeProducer.acknowledging());
        String address = string(attributes, "server.address");
        Long port = attributes.get(longKey("server.port"));
        return address == null && port == null ? "none" : address + ":" + port;
    }

    private String group(FakeConsumer consumer, Map<?, ?> config) {
        telemetry.forgetSpans();
        kafka.records(kafka.wrap(consumer, config)).process(Received.traced("orders", 0, 1), record -> {});
        String group = string(telemetry.span().getAttributes(), "messaging.consumer.group.name");
        return group == null ? "none" : group;
    }

    private Attributes produced(Map<?, ?> config, FakeProducer<String, String> client) {
        telemetry.forgetSpans();
        kafka.wrap(client, config).send(new ProducerRecord<>("orders", "hello"));
        return telemetry.span().getAttributes();
    }

    private static String string(Attributes attributes, String key) {
        return attributes.get(stringKey(key));
    }
}
