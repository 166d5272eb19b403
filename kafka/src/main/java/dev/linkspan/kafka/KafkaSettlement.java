package dev.linkspan.kafka;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientProxy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Settles records by what became of them: nothing is committed that was not handled.
 *
 * <pre>{@code
 * KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
 * settlement.settle(records, handled::contains);                 // by itself
 * orders.process(records, handler, settlement::settle);          // by what became of a batch
 * }</pre>
 *
 * <p>Settle what one poll brought before the next poll, on the thread that polls, also where none of it was handled
 * ({@code settle(records, record -> false)}): the client's position is behind all of it, and the next commit would pass over
 * it. The client's exceptions come out as they are; a commit that fails because the group rebalances
 * ({@code RebalanceInProgressException}, {@code CommitFailedException}) has lost nothing: poll on. Give it the wrapped client, so that commits make spans. Immutable; as thread-safe as the client.
 */
public final class KafkaSettlement<K, V> {

    private final BiConsumer<Iterable<ConsumerRecord<K, V>>, Predicate<? super ConsumerRecord<K, V>>> way;

    private KafkaSettlement(BiConsumer<Iterable<ConsumerRecord<K, V>>, Predicate<? super ConsumerRecord<K, V>>> way) {
        this.way = way;
    }

    /**
     * Commits, for each partition, up to its first record that did not succeed, and seeks back to that: the next poll brings
     * it again, with all that came after it. A record that can never succeed comes back for ever: send it elsewhere in the
     * handler and let it succeed.
     *
     * <p>Partitions that are no longer assigned are left alone: their records come again to whoever has them now. Offsets are
     * committed by {@code commitSync}; have {@code enable.auto.commit} off, or Kafka commits what was not handled.
     *
     * @param consumer what {@link KafkaTelemetry#wrap(Consumer)} returned; not wrapped, commits make no spans
     * @throws NullPointerException if consumer is null
     * @throws IllegalArgumentException if the consumer was wrapped with its configuration, and that leaves
     *     {@code enable.auto.commit} on, as it is by default
     */
    public static <K, V> KafkaSettlement<K, V> of(Consumer<K, V> consumer) {
        requireNonNull(consumer, "consumer must not be null");
        KafkaTracedConsumer<?, ?> traced = ClientProxy.overrides(consumer, KafkaTracedConsumer.class);
        if (traced != null && traced.autoCommits) {
            throw new IllegalArgumentException(
                    "enable.auto.commit is on, so Kafka would commit records that were not handled;"
                            + " set it to false in the consumer's configuration");
        }
        return new KafkaSettlement<>((records, succeeded) -> commit(consumer, records, succeeded));
    }

    /**
     * Accepts what succeeded and releases the rest, which is delivered again until the group's delivery limit, then commits.
     *
     * @param consumer what {@link KafkaTelemetry#wrap(ShareConsumer)} returned, with
     *     {@code share.acknowledgement.mode=explicit}; not wrapped, commits make no spans
     * @throws NullPointerException if consumer is null
     */
    public static <K, V> KafkaSettlement<K, V> of(ShareConsumer<K, V> consumer) {
        return of(consumer, AcknowledgeType.RELEASE);
    }

    /**
     * As {@link #of(ShareConsumer)}, with a choice for what did not succeed.
     *
     * @param failed {@code RELEASE} to have it delivered again, {@code REJECT} to have it delivered to nobody
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if failed is neither of the two
     */
    public static <K, V> KafkaSettlement<K, V> of(ShareConsumer<K, V> consumer, AcknowledgeType failed) {
        requireNonNull(consumer, "consumer must not be null");
        requireNonNull(failed, "failed must not be null");
        if (failed != AcknowledgeType.RELEASE && failed != AcknowledgeType.REJECT) {
            throw new IllegalArgumentException("failed must be RELEASE or REJECT, not " + failed);
        }
        return new KafkaSettlement<>((records, succeeded) -> acknowledge(consumer, records, succeeded, failed));
    }

    /**
     * Settles the records. For a consumer, seeks back first, so that a commit that fails loses nothing either.
     *
     * @param records what one poll brought, in any order; iterated more than once
     * @param succeeded whether a record was handled and may be settled as such; asked once for each, before anything is done
     * @throws KafkaException what the client throws, the same object; for a share consumer also the first error that its
     *     commit returns
     * @throws NullPointerException if an argument is null
     */
    public void settle(Iterable<ConsumerRecord<K, V>> records, Predicate<? super ConsumerRecord<K, V>> succeeded) {
        way.accept(
                requireNonNull(records, "records must not be null"),
                requireNonNull(succeeded, "succeeded must not be null"));
    }

    private static <K, V> void commit(
            Consumer<K, V> consumer,
            Iterable<ConsumerRecord<K, V>> records,
            Predicate<? super ConsumerRecord<K, V>> succeeded) {
        Map<TopicPartition, Long> failures = new HashMap<>();
        for (ConsumerRecord<K, V> record : records) {
            if (!succeeded.test(record)) {
                failures.merge(partitionOf(record), record.offset(), Math::min);
            }
        }
        Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
        Set<TopicPartition> assigned = consumer.assignment();
        for (ConsumerRecord<K, V> record : records) {
            TopicPartition partition = partitionOf(record);
            Long failure = failures.get(partition);
            if (assigned.contains(partition) && (failure == null || record.offset() < failure)) {
                OffsetAndMetadata next = new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), "");
                commits.merge(partition, next, (a, b) -> a.offset() > b.offset() ? a : b);
            }
        }
        failures.forEach((partition, offset) -> {
            if (assigned.contains(partition)) {
                consumer.seek(partition, offset);
            }
        });
        if (!commits.isEmpty()) {
            consumer.commitSync(commits);
        }
    }

    private static TopicPartition partitionOf(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private static <K, V> void acknowledge(
            ShareConsumer<K, V> consumer,
            Iterable<ConsumerRecord<K, V>> records,
            Predicate<? super ConsumerRecord<K, V>> succeeded,
            AcknowledgeType failed) {
        Map<ConsumerRecord<K, V>, AcknowledgeType> types = new LinkedHashMap<>();
        for (ConsumerRecord<K, V> record : records) {
            types.put(record, succeeded.test(record) ? AcknowledgeType.ACCEPT : failed);
        }
        if (types.isEmpty()) {
            return;
        }
        types.forEach(consumer::acknowledge);
        for (Optional<KafkaException> error : consumer.commitSync().values()) {
            if (error.isPresent()) {
                throw error.get();
            }
        }
    }
}
