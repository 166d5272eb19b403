package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaPolls.pollToEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records that fit, and would not fit with one header more. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaRecordLimitFaultIT {

    private static final int RECORDS = 1_000;
    private static final int LIMIT = 10_000;
    /** 61 for the batch; for the record 21, its key 4, 3 for the value's length and 1 for the headers; less the key's own. */
    private static final int LARGEST_VALUE = LIMIT - 87 - 4;

    @Test
    void f15_record_at_the_request_limit_is_delivered_without_context(KafkaClients kafka) {
        List<Long> skipped = new ArrayList<>();
        FaultResult result = Fault.of("F15", "record at the limit")
                .control(Invariant.I1)
                .run(KafkaFaults.WHERE, run -> {
                    String topic = kafka.topic(1);
                    Map<String, Object> settings = kafka.producerSettings(Map.of("max.request.size", LIMIT));
                    Producer<String, String> bare = kafka.producer(settings);
                    Producer<String, String> producer = run.kafka().wrap(bare, settings);
                    for (int i = 0; i < RECORDS; i++) {
                        String id = Integer.toString(1_000 + i);
                        ProducerRecord<String, String> record =
                                new ProducerRecord<>(topic, id, "x".repeat(LARGEST_VALUE));
                        run.seen()
                                .call(
                                        "send " + id,
                                        () -> run.kafka().send(producer, record, (metadata, failure) -> {
                                            if (failure == null) {
                                                run.seen().acknowledged(Integer.parseInt(id));
                                            } else {
                                                run.seen().arrived("answer to " + id, failure);
                                            }
                                        }));
                    }
                    producer.flush();
                    for (ConsumerRecord<String, String> record :
                            pollToEnd(kafka.consumer(kafka.uniqueName(), Map.of()), topic)) {
                        assertThat(record.headers()).isEmpty();
                        run.seen().handle(Integer.parseInt(record.key()), () -> {});
                    }
                    skipped.add(
                            run.telemetry().counted("linkspan.propagation.injected", "linkspan.outcome", "skipped"));
                });

        assertThat(result.bare().handledCount()).isEqualTo(RECORDS);
        assertThat(skipped).containsExactly(0L, (long) RECORDS, 0L);
        result.figure("%d delivered and counted as skipped, at %d bytes exactly", RECORDS, LIMIT);
    }
}
