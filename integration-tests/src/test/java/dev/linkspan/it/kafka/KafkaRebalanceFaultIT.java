package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaPolls.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.KafkaApplication;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A group of three, who come and go while records are handled. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaRebalanceFaultIT {

    private static final int PARTITIONS = 6;
    private static final int RECORDS = 300;

    @ParameterizedTest
    @ValueSource(classes = {CooperativeStickyAssignor.class, RangeAssignor.class})
    void f20_rebalance_in_the_middle_of_a_batch_loses_no_record_and_leaves_no_span_open(
            Class<?> assignor, KafkaClients kafka) {
        List<Group> groups = new ArrayList<>();
        FaultResult result = Fault.of("F20", assignor.getSimpleName())
                .control(Invariant.I4)
                .run(KafkaFaults.WHERE, run -> {
                    Group group = new Group(run, kafka, assignor);
                    groups.add(group);
                    group.run();
                });

        Group group = groups.get(1);
        assertThat(result.linkspan().spans().named("process")).hasSize(group.deliveries);
        result.figure(
                "3 members, %d rebalances heard, %d deliveries of %d records, none after its commit",
                group.heard, group.deliveries, RECORDS);
    }

    /** Three members on one thread, as in one service; the second and third come from inside a handler. */
    private static final class Group {
        final Fault.Run run;
        final KafkaClients kafka;
        final String topic;
        final String name;
        final Map<String, Object> settings;
        final List<Consumer<String, String>> members = new ArrayList<>();
        final Set<Integer> handled = new TreeSet<>();
        final Map<TopicPartition, Long> committed = new HashMap<>();
        int deliveries;
        int heard;

        Group(Fault.Run run, KafkaClients kafka, Class<?> assignor) {
            this.run = run;
            this.kafka = kafka;
            this.topic = kafka.topic(PARTITIONS);
            this.name = kafka.uniqueName();
            this.settings = Map.of(
                    ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                    "classic",
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    assignor.getName(),
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                    20);
        }

        void run() {
            Producer<String, String> producer = run.kafka().wrap(kafka.producer(), Map.of());
            for (int i = 0; i < RECORDS; i++) {
                run.kafka()
                        .send(
                                producer,
                                new ProducerRecord<>(topic, i % PARTITIONS, Integer.toString(i), "value"),
                                (metadata, failure) -> {});
            }
            producer.flush();
            join();
            pollUntil(200);
            leave(0);
            pollUntil(250);
            leave(0);
            pollUntil(RECORDS);
            leave(0);
        }

        void pollUntil(int count) {
            until(
                    () -> {
                        List.copyOf(members).forEach(this::poll);
                        return handled.size() >= count;
                    },
                    () -> count + " different records: " + handled.size());
        }

        void poll(Consumer<String, String> member) {
            Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
            for (ConsumerRecord<String, String> record : member.poll(Duration.ofMillis(50))) {
                handle(member, record);
                next.put(new TopicPartition(topic, record.partition()), new OffsetAndMetadata(record.offset() + 1));
            }
            try {
                member.commitSync(next);
                next.forEach((partition, offset) -> committed.merge(partition, offset.offset(), Math::max));
            } catch (RebalanceInProgressException | CommitFailedException e) {
                // the application goes on: what it could not commit comes again
            }
        }

        void handle(Consumer<String, String> member, ConsumerRecord<String, String> record) {
            int id = KafkaApplication.id(record.key());
            deliveries++;
            boolean first = handled.add(id);
            boolean again = record.offset() < committed.getOrDefault(new TopicPartition(topic, record.partition()), 0L);
            boolean joins = first && (handled.size() == 50 || handled.size() == 100);
            String place = joins ? "process number " + handled.size() : "process " + id;
            run.seen()
                    .call(
                            place,
                            () -> run.kafka().process(member, record, () -> {
                                if (first || again) {
                                    // what comes again because its commit failed comes again without tracing, too
                                    run.seen().handle(id, () -> {});
                                }
                                if (joins) {
                                    join();
                                    run.seen().raise(place, () -> {
                                        throw new IllegalStateException(place);
                                    });
                                }
                            }));
        }

        void join() {
            Heard listener = new Heard();
            Consumer<String, String> member = run.kafka().wrap(kafka.consumer(name, settings));
            member.subscribe(List.of(topic), listener);
            members.add(member);
            member.poll(Duration.ZERO);
        }

        void leave(int index) {
            KafkaClientSettings.close(members.remove(index));
        }

        private final class Heard implements ConsumerRebalanceListener {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                heard++;
            }

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                heard++;
            }
        }
    }
}
