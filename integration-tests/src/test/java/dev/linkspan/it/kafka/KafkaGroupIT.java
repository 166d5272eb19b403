package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups whose members come and go while records are handled. */
@ExtendWith(KafkaExtension.class)
class KafkaGroupIT {

    private static final Duration ONE_POLL = Duration.ofMillis(50);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void a_rebalance_loses_no_record_and_leaves_no_span_open(String groupProtocol, KafkaClients kafka) {
        KafkaTelemetry telemetry = KafkaTelemetry.create(otel.openTelemetry());
        String topic = kafka.topic(4);
        String group = kafka.uniqueName();
        Map<String, ?> settings = Map.of(ConsumerConfig.GROUP_PROTOCOL_CONFIG, groupProtocol);
        Producer<String, String> producer = telemetry.wrap(kafka.producer());
        for (int i = 0; i < 40; i++) {
            await(producer.send(new ProducerRecord<>(topic, i % 4, null, "item " + i)));
        }
        Handled handled = new Handled();
        Consumer<String, String> first = telemetry.wrap(kafka.consumer(group, settings));
        MessageTracer<ConsumerRecord<String, String>> firstRecords = telemetry.records(first);
        first.subscribe(List.of(topic), handled);
        until(() -> handled.poll(first, firstRecords) > 0, () -> "a first record: " + handled.values);
        first.commitSync();

        Consumer<String, String> second = telemetry.wrap(kafka.consumer(group, settings));
        MessageTracer<ConsumerRecord<String, String>> secondRecords = telemetry.records(second);
        second.subscribe(List.of(topic), handled);
        for (int i = 40; i < 80; i++) {
            await(producer.send(new ProducerRecord<>(topic, i % 4, null, "item " + i)));
        }
        until(
                () -> {
                    handled.poll(first, firstRecords);
                    handled.poll(second, secondRecords);
                    return handled.values.size() == 80
                            && handled.assigned.contains(2)
                            && second.assignment().size() == 2;
                },
                () -> "80 different items, and a listener that hears of two partitions, half of them each: "
                        + handled.values + ", " + handled.assigned);

        assertThat(handled.assigned).startsWith(4);
        List<SpanData> spans = otel.spans();
        Set<String> sent = new TreeSet<>();
        named(spans, "send " + topic).forEach(send -> sent.add(send.getSpanId()));
        List<SpanData> processes = named(spans, "process " + topic);
        assertThat(processes).hasSize(handled.deliveries).allSatisfy(process -> {
            assertThat(process.getParentSpanContext().isValid()).isFalse();
            assertThat(sent).containsAll(linksOf(process)).hasSize(80);
        });
    }

    /** What both members handled, and what their listeners heard. */
    private static final class Handled implements ConsumerRebalanceListener {
        final Set<String> values = new TreeSet<>();
        final List<Integer> assigned = new ArrayList<>();
        int deliveries;

        int poll(Consumer<String, String> consumer, MessageTracer<ConsumerRecord<String, String>> records) {
            for (ConsumerRecord<String, String> record : consumer.poll(ONE_POLL)) {
                records.process(record, r -> {
                    values.add(r.value());
                    deliveries++;
                });
            }
            return deliveries;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assigned.add(partitions.size());
        }
    }
}
