package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told to the broker of records that succeeded and of those that did not. */
class KafkaSettlementTest {

    private static final TopicPartition P0 = new TopicPartition("orders", 0);
    private static final TopicPartition P1 = new TopicPartition("orders", 1);

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final Settling client = new Settling();
    private final KafkaSettlement<String, String> settlement =
            KafkaSettlement.of(kafka.wrap((Consumer<String, String>) client));
    private final Sharing sharing = new Sharing();

    /** Writes down what it is told. */
    @ParameterizedTest
    @CsvSource({"g, , true", "g, true, true", "g, false, false", ", , false"})
    void consumer_that_is_known_to_commit_by_itself_is_refused(String group, String auto, boolean refused) {
        Map<String, Object> config = new HashMap<>();
        config.put("client.id", "c");
        config.put("group.id", group);
        config.put("enable.auto.commit", auto);
        Consumer<String, String> consumer = kafka.wrap((Consumer<String, String>) client, config);

        if (refused) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> KafkaSettlement.of(consumer))
                    .withMessageContaining("enable.auto.commit is on");
        } else {
            assertThat(KafkaSettlement.of(consumer)).isNotNull();
        }
    }

    private static final class Settling extends FakeConsumer {
        final List<String> calls = new ArrayList<>();
        final Set<TopicPartition> assigned = new HashSet<>(Set.of(P0, P1));
        RuntimeException failure;
        Map<TopicPartition, OffsetAndMetadata> committed;

        @Override
        public synchronized Set<TopicPartition> assignment() {
            return assigned;
        }

        @Override
        public synchronized void seek(TopicPartition partition, long offset) {
            calls.add("seek " + partition + " " + offset);
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            calls.add("commit");
            committed = offsets;
            if (failure != null) {
                throw failure;
            }
        }
    }

    private static final class Sharing extends MockShareConsumer<String, String> {
        final Map<Long, AcknowledgeType> acknowledged = new LinkedHashMap<>();
        final Map<TopicIdPartition, Optional<KafkaException>> committed = new LinkedHashMap<>();
        RuntimeException failure;
        int commits;

        @Override
        public synchronized void acknowledge(ConsumerRecord<String, String> record, AcknowledgeType type) {
            if (failure != null) {
                throw failure;
            }
            acknowledged.put(record.offset(), type);
        }

        @Override
        public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync() {
            commits++;
            return committed;
        }
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void records_that_all_succeeded_are_committed_and_nothing_is_sought() {
        settlement.settle(records(P0, 5, 6, 7), record -> true);

        assertThat(client.calls).containsExactly("commit");
        assertThat(client.committed).isEqualTo(Map.of(P0, next(8)));
    }

    @Test
    void each_partition_is_committed_up_to_its_first_failure_and_sought_back_to_it() {
        List<ConsumerRecord<String, String>> records = records(P0, 5, 6, 7, 8, 9);
        records.addAll(records(P1, 100, 101));
        settlement.settle(records, record -> record.offset() != 7 && record.offset() != 9);

        assertThat(client.calls).containsExactly("seek orders-0 7", "commit");
        assertThat(client.committed).isEqualTo(Map.of(P0, next(7), P1, next(102)));
    }

    @Test
    void partition_whose_first_record_failed_is_sought_back_and_not_committed() {
        List<ConsumerRecord<String, String>> records = records(P0, 5, 6);
        records.addAll(records(P1, 100));
        settlement.settle(records, record -> record.offset() != 5);

        assertThat(client.calls).containsExactly("seek orders-0 5", "commit");
        assertThat(client.committed).isEqualTo(Map.of(P1, next(101)));
    }

    @Test
    void records_of_which_none_succeeded_are_all_sought_back_to_and_nothing_is_committed() {
        settlement.settle(records(P0, 5, 6), record -> false);

        assertThat(client.calls).containsExactly("seek orders-0 5");
    }

    @Test
    void order_of_the_records_does_not_matter() {
        settlement.settle(records(P0, 9, 7, 5, 8, 6), record -> record.offset() != 8 && record.offset() != 9);

        assertThat(client.calls).containsExactly("seek orders-0 8", "commit");
        assertThat(client.committed).isEqualTo(Map.of(P0, next(8)));
    }

    @Test
    void offsets_that_do_not_exist_are_passed_over() {
        settlement.settle(records(P0, 5, 50, 500), record -> record.offset() != 500);

        assertThat(client.calls).containsExactly("seek orders-0 500", "commit");
        assertThat(client.committed).isEqualTo(Map.of(P0, next(51)));
    }

    @Test
    void partitions_that_are_no_longer_assigned_are_left_alone() {
        client.assigned.remove(P0);
        List<ConsumerRecord<String, String>> records = records(P0, 5, 6);
        records.addAll(records(P1, 100));
        settlement.settle(records, record -> record.offset() != 6);

        assertThat(client.calls).containsExactly("commit");
        assertThat(client.committed).isEqualTo(Map.of(P1, next(101)));

        client.calls.clear();
        settlement.settle(records(P0, 5, 6), record -> record.offset() != 6);
        assertThat(client.calls).isEmpty();
    }

    @Test
    void no_records_are_nothing_to_settle() {
        settlement.settle(List.of(), record -> true);
        KafkaSettlement.of(sharing).settle(List.of(), record -> true);

        assertThat(client.calls).isEmpty();
        assertThat(sharing.commits).isZero();
    }

    @Test
    void commit_is_a_span_where_a_span_is_current() {
        SpanContext batch = telemetry.inSpan("batch", () -> settlement.settle(records(P0, 5), record -> true));

        assertThat(telemetry.span("commit orders").getParentSpanId()).isEqualTo(batch.getSpanId());
    }

    @Test
    void commit_that_fails_comes_out_as_it_is_and_the_position_is_back_at_the_failure() {
        client.failure = new CommitFailedException("rebalanced");
        assertThatThrownBy(() -> settlement.settle(records(P0, 5, 6), record -> record.offset() == 5))
                .isSameAs(client.failure);

        assertThat(client.calls).containsExactly("seek orders-0 6", "commit");
    }

    @Test
    void predicate_that_throws_stops_all_before_anything_is_done() {
        IllegalStateException failure = new IllegalStateException("which?");
        assertThatThrownBy(() -> settlement.settle(records(P0, 5, 6), record -> {
                    if (record.offset() == 6) {
                        throw failure;
                    }
                    return false;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> KafkaSettlement.of(sharing).settle(records(P0, 5, 6), record -> {
                    if (record.offset() == 6) {
                        throw failure;
                    }
                    return true;
                }))
                .isSameAs(failure);

        assertThat(client.calls).isEmpty();
        assertThat(sharing.acknowledged).isEmpty();
    }

    @Test
    void predicate_is_asked_once_for_each_record() {
        List<Long> asked = new ArrayList<>();
        settlement.settle(records(P0, 5, 6, 7), record -> asked.add(record.offset()));
        KafkaSettlement.of(sharing).settle(records(P0, 8, 9), record -> asked.add(record.offset()));

        assertThat(asked).containsExactly(5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void share_consumer_accepts_what_succeeded_releases_the_rest_and_commits() {
        SpanContext batch = telemetry.inSpan(
                "batch",
                () -> KafkaSettlement.of(kafka.wrap((ShareConsumer<String, String>) sharing))
                        .settle(records(P0, 5, 6, 7), record -> record.offset() != 6));

        assertThat(sharing.acknowledged)
                .isEqualTo(Map.of(5L, AcknowledgeType.ACCEPT, 6L, AcknowledgeType.RELEASE, 7L, AcknowledgeType.ACCEPT));
        assertThat(sharing.commits).isOne();
        assertThat(telemetry.span("commit").getParentSpanId()).isEqualTo(batch.getSpanId());
    }

    @Test
    void share_consumer_can_reject_what_did_not_succeed() {
        KafkaSettlement.of(sharing, AcknowledgeType.REJECT).settle(records(P0, 5, 6), record -> record.offset() == 5);

        assertThat(sharing.acknowledged).isEqualTo(Map.of(5L, AcknowledgeType.ACCEPT, 6L, AcknowledgeType.REJECT));
    }

    @Test
    void share_consumer_cannot_treat_failures_as_anything_else() {
        Arrays.stream(AcknowledgeType.values())
                .filter(type -> type != AcknowledgeType.RELEASE && type != AcknowledgeType.REJECT)
                .forEach(type -> assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> KafkaSettlement.of(sharing, type))
                        .withMessageContaining("RELEASE or REJECT, not"));
    }

    @Test
    void share_consumers_exceptions_come_out_as_they_are_thrown_or_returned() {
        sharing.failure = new IllegalStateException("not waiting to be acknowledged");
        assertThatThrownBy(() -> KafkaSettlement.of(sharing).settle(records(P0, 5), record -> true))
                .isSameAs(sharing.failure);

        sharing.failure = null;
        InvalidRecordStateException returned = new InvalidRecordStateException("lock expired");
        sharing.committed.put(new TopicIdPartition(Uuid.ZERO_UUID, 0, "orders"), Optional.empty());
        sharing.committed.put(new TopicIdPartition(Uuid.ZERO_UUID, 1, "orders"), Optional.of(returned));
        assertThatThrownBy(() -> KafkaSettlement.of(sharing).settle(records(P0, 5), record -> true))
                .isSameAs(returned);
    }

    @Test
    void missing_arguments_are_named() {
        assertThatThrownBy(() -> settlement.settle(null, record -> true)).hasMessageContaining("records");
        assertThatThrownBy(() -> settlement.settle(List.of(), null)).hasMessageContaining("succeeded");
        assertThatThrownBy(() -> KafkaSettlement.of((Consumer<String, String>) null))
                .hasMessageContaining("consumer");
        assertThatThrownBy(() -> KafkaSettlement.of((Sharing) null)).hasMessageContaining("consumer");
        assertThatThrownBy(() -> KafkaSettlement.of(sharing, null)).hasMessageContaining("failed");
    }

    private static List<ConsumerRecord<String, String>> records(TopicPartition partition, long... offsets) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        for (long offset : offsets) {
            records.add(Received.traced(partition.topic(), partition.partition(), offset));
        }
        return records;
    }

    /** With the epoch of the leader that the records came from. */
    private static OffsetAndMetadata next(long offset) {
        return new OffsetAndMetadata(offset, Optional.of(4), "");
    }
}
