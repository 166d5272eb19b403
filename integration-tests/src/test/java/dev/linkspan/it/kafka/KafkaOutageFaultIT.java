package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaPolls.pollToEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import dev.linkspan.faults.RecordedCalls;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A broker that is killed, and one that was never there. */
@Tag("faults")
@Timeout(180)
class KafkaOutageFaultIT {

    private static final int RECORDS = 200;
    private static final int KILLED_AT = 70;
    private static final Duration COMMIT_WITHIN = Duration.ofMillis(500);
    private static final int MAX_BLOCK_MILLIS = 300;

    @Test
    void f17_broker_that_is_killed_in_the_middle_of_a_batch_costs_nothing_that_it_acknowledged() {
        try (KafkaServer broker = KafkaServer.BROKERS.start();
                KafkaClients kafka = new KafkaClients(broker, "KafkaOutageFaultIT-killed")) {
            FaultResult result = Fault.of("F17", "broker killed")
                    .control(Invariant.I4)
                    .run(KafkaFaults.WHERE, run -> outage(run, broker, kafka));

            result.figure("%d acknowledged over a kill and all there, once each", 2 * RECORDS);
            assertThat(result.bare().handledCount()).isEqualTo(2 * RECORDS);
        }
    }

    private static void outage(Fault.Run run, KafkaServer broker, KafkaClients kafka) throws Throwable {
        String topic = kafka.topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, Object> settings = kafka.producerSettings(Map.of(
                "delivery.timeout.ms", 60_000, "request.timeout.ms", 5_000, "metadata.recovery.strategy", "none"));
        Producer<String, String> producer = run.kafka()
                .wrap(
                        RecordedCalls.of(Producer.class, kafka.producer(settings), run.seen(), KafkaFaults::isTold),
                        settings);
        send(run, producer, topic, 0, RECORDS);
        producer.flush();
        Consumer<String, String> consumer = run.kafka().wrap(kafka.consumerOf(topic));
        List<ConsumerRecord<String, String>> batch = KafkaPolls.poll(consumer, RECORDS);
        for (ConsumerRecord<String, String> record : batch) {
            int id = KafkaApplication.id(record.key());
            if (id == KILLED_AT) {
                broker.kill();
                send(run, producer, topic, RECORDS, 2 * RECORDS);
            }
            run.seen()
                    .call(
                            "process " + id,
                            () -> run.kafka()
                                    .process(
                                            consumer,
                                            record,
                                            () -> run.seen().handle(id, () -> {
                                                if (id == KILLED_AT) {
                                                    consumer.commitSync(
                                                            Map.of(partition, new OffsetAndMetadata(id)),
                                                            COMMIT_WITHIN);
                                                }
                                            })));
        }
        broker.restart();
        producer.flush();
        consumer.commitSync();
        pollToEnd(kafka.consumer(kafka.uniqueName(), Map.of()), topic).stream()
                .map(record -> KafkaApplication.id(record.key()))
                .filter(id -> id >= RECORDS)
                .forEach(id -> handle(run, id));
        assertThat(consumer.committed(Set.of(partition)).get(partition).offset())
                .isEqualTo(RECORDS);
    }

    private static void handle(Fault.Run run, int id) {
        run.seen().call("read " + id, () -> run.seen().handle(id, () -> {}));
    }

    private static void send(Fault.Run run, Producer<String, String> producer, String topic, int from, int to) {
        for (int id = from; id < to; id++) {
            int number = id;
            ProducerRecord<String, String> record = new ProducerRecord<>(topic, Integer.toString(id), "value");
            run.seen()
                    .call(
                            "send " + id,
                            () -> run.kafka().send(producer, record, (metadata, failure) -> {
                                if (failure == null) {
                                    run.seen().acknowledged(number);
                                }
                            }));
        }
    }

    @Test
    @ExtendWith(KafkaExtension.class)
    void f18_broker_that_cannot_be_reached_fails_a_send_as_it_does_without_tracing(KafkaClients kafka)
            throws IOException {
        String nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = "localhost:" + free.getLocalPort();
        }
        List<Double> millis = new ArrayList<>();
        FaultResult result = Fault.of("F18", "broker unreachable")
                .control(Invariant.I5)
                .run(KafkaFaults.WHERE, run -> millis.add(unreachable(run, kafka, nobody)));

        double added = millis.get(1) - millis.get(0);
        result.figure("TimeoutException after %.0f ms, as without tracing, %+.1f ms", millis.get(1), added);
        assertThat(added).as("milliseconds that a failing send takes longer").isLessThan(MAX_BLOCK_MILLIS);
        assertThat(result.linkspan().spans().all())
                .hasSize(5)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
    }

    /** The application tries the same record again, as applications do. Returns what the fastest try took. */
    private static double unreachable(Fault.Run run, KafkaClients kafka, String nobody) {
        Map<String, Object> settings = new HashMap<>(
                kafka.producerSettings(Map.of("bootstrap.servers", nobody, "max.block.ms", MAX_BLOCK_MILLIS)));
        Producer<String, String> producer = run.kafka().wrap(kafka.producer(settings), settings);
        ProducerRecord<String, String> record = new ProducerRecord<>("topic", "0", "value");
        double fastest = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            List<Exception> answers = new ArrayList<>();
            long start = System.nanoTime();
            run.seen()
                    .call(
                            "send " + i,
                            () -> run.kafka().send(producer, record, (metadata, failure) -> answers.add(failure)));
            fastest = Math.min(fastest, (System.nanoTime() - start) / 1e6);
            assertThat(answers).singleElement().isInstanceOf(TimeoutException.class);
            run.seen().called("answered " + answers.get(0).getClass());
        }
        // what would go out with the next try
        run.seen().onWire(0, KafkaApplication.headers(record.headers()));
        return fastest;
    }
}
