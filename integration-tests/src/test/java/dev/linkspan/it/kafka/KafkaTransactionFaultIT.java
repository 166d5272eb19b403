package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import dev.linkspan.faults.RecordedCalls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transactions that end otherwise than they should, inside handlers as in a pipeline. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaTransactionFaultIT {

    private static final int TRANSACTIONS = 20;
    private static final int RECORDS = 10;

    @Test
    void f24_aborted_and_fenced_transactions_leave_what_they_leave_without_tracing(KafkaClients kafka) {
        FaultResult result = Fault.of("F24", "abort and failed commit")
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> pipeline(run, kafka));

        int committed = TRANSACTIONS / 2 - 1;
        assertThat(result.bare().handledCount()).isEqualTo(TRANSACTIONS + committed * RECORDS);
        result.figure(
                "%d committed, %d aborted, 1 fenced; %d visible, no call more than bare",
                committed, TRANSACTIONS / 2, committed * RECORDS);
    }

    /** Each record that comes in is a transaction: every second is aborted, the last is fenced off. */
    private static void pipeline(Fault.Run run, KafkaClients kafka) throws Throwable {
        String in = kafka.topic(1);
        String out = kafka.topic(1);
        String transactionalId = kafka.uniqueName();
        for (int i = 0; i < TRANSACTIONS; i++) {
            KafkaClients.await(kafka.producer().send(new ProducerRecord<>(in, Integer.toString(i), "order")));
        }
        Map<String, Object> settings = kafka.producerSettings(Map.of("transactional.id", transactionalId));
        Producer<String, String> producer = run.kafka()
                .wrap(
                        RecordedCalls.of(
                                Producer.class, kafka.producer(settings), run.seen(), KafkaTransactionFaultIT::isTold),
                        settings);
        producer.initTransactions();
        Consumer<String, String> consumer = run.kafka().wrap(kafka.consumerOf(in));
        for (ConsumerRecord<String, String> order : KafkaPolls.poll(consumer, TRANSACTIONS)) {
            int id = KafkaApplication.id(order.key());
            run.seen()
                    .call(
                            "process " + id,
                            () -> run.kafka()
                                    .process(
                                            consumer,
                                            order,
                                            () -> run.seen()
                                                    .handle(
                                                            id,
                                                            () -> transaction(
                                                                    run, kafka, producer, out, id, transactionalId))));
        }
        readCommitted(run, kafka, out);
    }

    private static void transaction(
            Fault.Run run,
            KafkaClients kafka,
            Producer<String, String> producer,
            String out,
            int id,
            String transactionalId) {
        producer.beginTransaction();
        for (int i = 0; i < RECORDS; i++) {
            int item = 1_000 * (id + 1) + i;
            ProducerRecord<String, String> record = new ProducerRecord<>(out, Integer.toString(item), "value");
            run.kafka().send(producer, record, (metadata, failure) -> {
                if (failure == null) {
                    run.seen().acknowledged(item);
                }
            });
        }
        producer.flush();
        if (id == TRANSACTIONS - 1) {
            kafka.producer(Map.of("transactional.id", transactionalId)).initTransactions();
        }
        if (id % 2 == 0) {
            producer.abortTransaction();
        } else {
            producer.commitTransaction();
        }
    }

    private static void readCommitted(Fault.Run run, KafkaClients kafka, String out) {
        Consumer<String, String> reader =
                kafka.consumer(kafka.uniqueName(), Map.of("isolation.level", "read_committed"));
        reader.subscribe(List.of(out));
        int expected = (TRANSACTIONS / 2 - 1) * RECORDS;
        int[] read = {0};
        KafkaPolls.until(
                () -> {
                    for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(100))) {
                        read[0]++;
                        int item = KafkaApplication.id(record.key());
                        run.seen().call("read " + item, () -> run.seen().handle(item, () -> {}));
                    }
                    return read[0] >= expected;
                },
                () -> expected + " committed records: " + read[0]);
    }

    private static boolean isTold(String method) {
        return method.endsWith("Transaction") || method.equals("send");
    }
}
