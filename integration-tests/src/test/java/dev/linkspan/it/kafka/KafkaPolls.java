package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicPartition;

/** Polls until there is what the test waits for, and fails, saying what there was, when it does not come. */
public final class KafkaPolls {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ONE_POLL = Duration.ofMillis(100);

    private KafkaPolls() {}

    /** Polls until at least so many records have come, and returns all that came. */
    public static <K, V> List<ConsumerRecord<K, V>> poll(Consumer<K, V> consumer, int count) {
        return collect(() -> consumer.poll(ONE_POLL), count, record -> {});
    }

    /**
     * Polls until at least so many records have come. Each goes to {@code onRecord} first, where a member that
     * acknowledges explicitly must do so before it polls again.
     */
    static <K, V> List<ConsumerRecord<K, V>> poll(
            ShareConsumer<K, V> consumer, int count, java.util.function.Consumer<ConsumerRecord<K, V>> onRecord) {
        return collect(() -> consumer.poll(ONE_POLL), count, onRecord);
    }

    /**
     * Polls to the end that the partitions have now: what is not returned is not there. Not for {@code read_committed}
     * right after a commit, when the broker may not yet have written the transaction's end.
     */
    static <K, V> List<ConsumerRecord<K, V>> pollToEnd(Consumer<K, V> consumer, String topic) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        var ends = consumer.endOffsets(partitions);
        List<ConsumerRecord<K, V>> records = new ArrayList<>();
        until(
                () -> {
                    consumer.poll(ONE_POLL).forEach(records::add);
                    return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                },
                () -> "the end of " + topic + ", at " + ends + "; read: " + records);
        return records;
    }

    /** For conditions that need polls to come about, such as a rebalance; each check must poll. */
    static void until(BooleanSupplier check, Supplier<String> awaited) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!check.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("not within %d s: %s", PATIENCE.toSeconds(), awaited.get());
            }
        }
    }

    private static <K, V> List<ConsumerRecord<K, V>> collect(
            Supplier<ConsumerRecords<K, V>> poll,
            int count,
            java.util.function.Consumer<ConsumerRecord<K, V>> onRecord) {
        List<ConsumerRecord<K, V>> records = new ArrayList<>();
        until(
                () -> {
                    for (ConsumerRecord<K, V> record : poll.get()) {
                        records.add(record);
                        onRecord.accept(record);
                    }
                    return records.size() >= count;
                },
                () -> count + " records; there were " + records.size() + ": " + records);
        return records;
    }
}
