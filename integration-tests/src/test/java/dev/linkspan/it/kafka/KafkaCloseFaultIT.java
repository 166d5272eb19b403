package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaPolls.pollToEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that are closed while they have work, closed again, and used after that. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaCloseFaultIT {

    private static final int RECORDS = 1_000;
    private static final int TIMES = 3;
    /** A machine with other work pauses for longer than a close takes; one that waits for what is in flight takes a minute. */
    private static final double MOST_ADDED_MILLIS = 5_000;

    @Test
    void f25_close_at_once_fails_what_is_in_flight_and_leaves_no_span_open(KafkaClients kafka) {
        List<Double> millis = new ArrayList<>();
        FaultResult result = Fault.of("F25", "close(0) in flight, twice")
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> millis.add(fastestClose(run, kafka, Duration.ZERO, 60_000)));

        double added = millis.get(1) - millis.get(0);
        result.figure("close(0) %+.1f ms; %d in flight failed, as bare", added, TIMES * RECORDS);
        assertThat(added).as("milliseconds that close takes longer").isLessThan(MOST_ADDED_MILLIS);
        assertThat(result.linkspan().spans().named("send"))
                .hasSize(TIMES * (RECORDS + 1))
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
    }

    @Test
    void f25_close_in_time_delivers_what_is_in_flight(KafkaClients kafka) {
        List<Double> millis = new ArrayList<>();
        FaultResult result = Fault.of("F25", "close in flight, twice")
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> millis.add(fastestClose(run, kafka, Duration.ofSeconds(20), 60_000)));

        assertThat(result.bare().handledCount()).isEqualTo(TIMES * RECORDS);
        result.figure("close %+.1f ms; %d in flight delivered", millis.get(1) - millis.get(0), TIMES * RECORDS);
    }

    /** Returns how long the fastest of some closes took. */
    private static double fastestClose(Fault.Run run, KafkaClients kafka, Duration within, int lingerMillis) {
        double fastest = Double.MAX_VALUE;
        for (int time = 0; time < TIMES; time++) {
            String topic = kafka.topic(1);
            Map<String, Object> settings = kafka.producerSettings(Map.of(
                    "linger.ms", lingerMillis, "delivery.timeout.ms", 2 * lingerMillis, "batch.size", 1_000_000));
            Producer<String, String> producer = run.kafka().wrap(kafka.producer(settings), settings);
            for (int i = 0; i < RECORDS; i++) {
                send(run, producer, topic, time * RECORDS + i);
            }
            long start = System.nanoTime();
            producer.close(within);
            fastest = Math.min(fastest, (System.nanoTime() - start) / 1e6);
            producer.close(within);
            // it throws, and a span that was started for it must end
            send(run, producer, topic, -1 - time);
            List<ConsumerRecord<String, String>> there = pollToEnd(kafka.consumer(kafka.uniqueName(), Map.of()), topic);
            if (within.isZero()) {
                // which of the records that it failed have reached the broker is the client's own race
                assertThat(there).extracting(ConsumerRecord::key).doesNotHaveDuplicates();
            } else {
                there.forEach(record -> read(run, KafkaApplication.id(record.key())));
            }
        }
        return fastest;
    }

    private static void send(Fault.Run run, Producer<String, String> producer, String topic, int id) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, Integer.toString(id), "value");
        boolean returned = run.seen()
                .call(
                        "send " + id,
                        () -> run.seen()
                                .raise(
                                        "send " + id,
                                        () -> run.kafka().send(producer, record, (metadata, failure) -> {
                                            if (failure == null) {
                                                run.seen().acknowledged(id);
                                            } else {
                                                run.seen().called("failed " + id + " by " + failure.getClass());
                                            }
                                        })));
        assertThat(returned).as("whether send returned").isEqualTo(id >= 0);
    }

    private static void read(Fault.Run run, int id) {
        run.seen().call("read " + id, () -> run.seen().handle(id, () -> {}));
    }

    @Test
    void f25_consumer_that_is_closed_by_a_handler_leaves_no_span_open(KafkaClients kafka) {
        Fault.of("F25", "consumer closed by a handler").control(Invariant.I4).run(KafkaFaults.WHERE, run -> {
            String topic = kafka.topic(1);
            for (int i = 0; i < 10; i++) {
                KafkaClients.await(kafka.producer().send(new ProducerRecord<>(topic, Integer.toString(i), "value")));
            }
            Consumer<String, String> consumer = run.kafka().wrap(kafka.consumerOf(topic));
            for (ConsumerRecord<String, String> record : KafkaPolls.poll(consumer, 10)) {
                int id = KafkaApplication.id(record.key());
                run.seen()
                        .call(
                                "process " + id,
                                () -> run.kafka()
                                        .process(
                                                consumer,
                                                record,
                                                () -> run.seen().handle(id, () -> {
                                                    if (id == 5) {
                                                        KafkaClientSettings.close(consumer);
                                                        KafkaClientSettings.close(consumer);
                                                    } else if (id > 5) {
                                                        consumer.commitSync();
                                                    }
                                                })));
            }
            run.seen().call("poll", () -> run.seen().raise("poll", () -> consumer.poll(Duration.ofMillis(1))));
        });
    }
}
