package dev.linkspan.kafka;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a {@link Consumer} that are traced; all others go straight to the client. Like the client, for one thread
 * at a time.
 */
final class KafkaTracedConsumer<K, V> {

    private final Consumer<K, V> client;
    final MessagingTelemetry telemetry;
    final ClientFacts facts;
    final boolean autoCommits;
    final MessageTracer<ConsumerRecord<K, V>> tracer;

    KafkaTracedConsumer(Consumer<K, V> client, MessagingTelemetry telemetry, ClientFacts facts, boolean autoCommits) {
        this.client = client;
        this.telemetry = telemetry;
        this.facts = facts;
        this.autoCommits = autoCommits;
        this.tracer = telemetry.tracer(new KafkaConsumerRecordAdapter<>(), facts, false);
    }

    ConsumerRecords<K, V> poll(Duration timeout) {
        return KafkaPoll.poll(tracer, () -> client.poll(timeout));
    }

    /** Gone since kafka-clients 4.0; a proxy over a newer client never calls it. */
    ConsumerRecords<K, V> poll(long timeoutMillis) {
        return KafkaPoll.poll(tracer, () -> KafkaPoll.byMillis(client, timeoutMillis));
    }

    void commitSync() {
        settle(null, client::commitSync);
    }

    void commitSync(Duration timeout) {
        settle(null, () -> client.commitSync(timeout));
    }

    void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        settle(offsets, () -> client.commitSync(offsets));
    }

    void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        settle(offsets, () -> client.commitSync(offsets, timeout));
    }

    void commitAsync() {
        settle(null, client::commitAsync);
    }

    void commitAsync(@Nullable OffsetCommitCallback callback) {
        settleAsync(null, callback, client::commitAsync);
    }

    void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
        settleAsync(offsets, callback, traced -> client.commitAsync(offsets, traced));
    }

    private void settle(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets, Runnable commit) {
        try (MessageSpan span = KafkaSettle.start(telemetry, tracer, offsets);
                Scope scope = span.makeCurrent()) {
            try {
                commit.run();
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    /** Without a callback the client logs failures by itself, which a callback of ours would hide. */
    private void settleAsync(
            @Nullable Map<TopicPartition, OffsetAndMetadata> offsets,
            @Nullable OffsetCommitCallback callback,
            java.util.function.Consumer<@Nullable OffsetCommitCallback> commit) {
        if (callback == null) {
            settle(offsets, () -> commit.accept(null));
            return;
        }
        MessageSpan span = KafkaSettle.start(telemetry, tracer, offsets);
        try (Scope scope = span.makeCurrent()) {
            commit.accept(new KafkaCommitCallback(span, callback));
        } catch (Throwable t) {
            span.error(t).close();
            throw t;
        }
    }
}
