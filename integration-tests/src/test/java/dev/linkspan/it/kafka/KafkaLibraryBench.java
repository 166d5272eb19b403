package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two clients of one SDK: ours, and those of OpenTelemetry's own kafka-clients library. */
@ExtendWith(KafkaExtension.class)
abstract class KafkaLibraryBench {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    KafkaTelemetry ours;
    io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry theirs;
    String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        ours = KafkaTelemetry.create(otel.openTelemetry());
        theirs = io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(otel.openTelemetry());
        topic = kafka.topic();
    }

    void send(Producer<String, String> producer) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
    }

    ConsumerRecord<String, String> process(Consumer<String, String> consumer) {
        ConsumerRecord<String, String> record = poll(consumer, 1).get(0);
        ours.records(consumer).process(record, r -> {});
        return record;
    }

    /** In the loop that applications have, which the library hooks. */
    static void forEachRecord(
            Consumer<String, String> consumer, java.util.function.Consumer<ConsumerRecord<String, String>> handler) {
        KafkaPolls.until(
                () -> {
                    boolean any = false;
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                        handler.accept(record);
                        any = true;
                    }
                    return any;
                },
                () -> "a record");
    }

    static void assertLinkedAndNoChild(SpanData span, SpanData producer) {
        assertThat(linksOf(span)).containsExactly(producer.getSpanId());
        assertThat(span.getParentSpanContext().isValid()).isFalse();
    }
}
