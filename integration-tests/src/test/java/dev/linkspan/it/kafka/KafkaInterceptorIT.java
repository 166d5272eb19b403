package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.kafka.KafkaTelemetryConsumerInterceptor;
import dev.linkspan.kafka.KafkaTelemetryProducerInterceptor;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The door for clients that cannot be wrapped: configuration alone. */
@ExtendWith(KafkaExtension.class)
class KafkaInterceptorIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private Map<String, ?> producerSettings;
    private Map<String, ?> consumerSettings;

    @BeforeEach
    void set_up() {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        producerSettings = Map.of(
                "interceptor.classes",
                KafkaTelemetryProducerInterceptor.class.getName(),
                KafkaTelemetry.CONFIG_KEY,
                telemetry);
        consumerSettings = Map.of(
                "interceptor.classes",
                KafkaTelemetryConsumerInterceptor.class.getName(),
                KafkaTelemetry.CONFIG_KEY,
                telemetry);
    }

    @Test
    void by_configuration_alone_records_carry_context_and_polls_link_to_it(KafkaClients kafka) {
        String topic = kafka.topic();
        await(kafka.producer(producerSettings).send(new ProducerRecord<>(topic, "chair")));
        Consumer<String, String> consumer = kafka.consumer(kafka.uniqueName(), consumerSettings);
        consumer.subscribe(List.of(topic));

        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        telemetry.records(consumer).process(record, r -> {});

        List<SpanData> spans = otel.awaitSpans(3);
        String send = one(spans, "send " + topic).getSpanId();
        assertThat(linksOf(one(spans, "poll " + topic))).containsExactly(send);
        assertThat(linksOf(one(spans, "process " + topic))).containsExactly(send);
    }

    @Test
    void inside_a_wrapped_client_the_interceptors_keep_still(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = telemetry.wrap(kafka.producer(producerSettings));
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumer(kafka.uniqueName(), consumerSettings));
        consumer.subscribe(List.of(topic));

        await(producer.send(new ProducerRecord<>(topic, "chair")));
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);

        assertThat(record.headers().headers("traceparent")).hasSize(1);
        List<SpanData> spans = otel.awaitSpans(2);
        assertThat(named(spans, "send " + topic)).hasSize(1);
        assertThat(named(spans, "poll " + topic)).hasSize(1);
    }
}
