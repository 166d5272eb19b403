package dev.linkspan.it.kafka;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records that come again. */
@Tag("faults")
@Tag("since-kafka-4.1")
@ExtendWith(KafkaExtension.class)
class KafkaShareGroupFaultIT {

    private static final int RECORDS = 100;
    private static final int DELIVERIES = 3;

    @Test
    void f19_record_that_is_released_twice_is_three_spans_linked_to_one_producer(KafkaClients kafka) {
        FaultResult result = Fault.of("F19", "released twice")
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> {
                    String topic = kafka.topic(1);
                    Producer<String, String> producer = run.kafka().wrap(kafka.producer(), Map.of());
                    for (int i = 0; i < RECORDS; i++) {
                        ProducerRecord<String, String> record =
                                new ProducerRecord<>(topic, Integer.toString(i), "value");
                        run.kafka().send(producer, record, (metadata, failure) -> {});
                    }
                    producer.flush();
                    String group = kafka.shareGroup();
                    ShareConsumer<String, String> consumer = run.kafka()
                            .wrap(kafka.shareConsumer(
                                    group, Map.of(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit")));
                    consumer.subscribe(List.of(topic));
                    handleUntilAccepted(run, consumer);
                });

        assertThat(result.bare().handledCount()).isEqualTo(RECORDS * DELIVERIES);
        Map<String, List<SpanData>> byProducer = result.linkspan().spans().named("process").stream()
                .peek(span -> assertThat(span.getLinks()).hasSize(1))
                .collect(groupingBy(
                        span -> span.getLinks().get(0).getSpanContext().getSpanId()));
        assertThat(byProducer.keySet())
                .containsExactlyInAnyOrderElementsOf(result.linkspan().spans().named("send").stream()
                        .map(SpanData::getSpanId)
                        .toList());
        assertThat(byProducer.values())
                .allSatisfy(deliveries -> assertThat(deliveries)
                        .extracting(span -> span.getAttributes().get(longKey("linkspan.message.delivery_count")))
                        .containsExactly(1L, 2L, 3L));
        result.figure("%d spans a record, linked to its producer, delivery count 1, 2, 3", DELIVERIES);
    }

    /** The handler throws at the first two deliveries, and the application releases the record then. */
    private static void handleUntilAccepted(Fault.Run run, ShareConsumer<String, String> consumer) {
        Map<Integer, Integer> deliveries = new HashMap<>();
        int[] accepted = {0};
        KafkaPolls.until(
                () -> {
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                        int id = KafkaApplication.id(record.key());
                        int delivery = deliveries.merge(id, 1, Integer::sum);
                        boolean handled = run.seen()
                                .call(
                                        "process " + id + " " + delivery,
                                        () -> run.kafka().process(consumer, record, () -> {
                                            run.seen().handle(id, () -> {});
                                            run.seen().raise("process " + id + " " + delivery, () -> {
                                                if (delivery < DELIVERIES) {
                                                    throw new IllegalStateException("not yet");
                                                }
                                            });
                                        }));
                        consumer.acknowledge(record, handled ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                        accepted[0] += handled ? 1 : 0;
                    }
                    return accepted[0] == RECORDS;
                },
                () -> RECORDS + " accepted: " + accepted[0] + ", deliveries " + deliveries);
        consumer.commitSync();
    }
}
