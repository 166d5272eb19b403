package dev.linkspan.kafka;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetryBuilder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds a {@link KafkaTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class KafkaTelemetryBuilder {

    private final MessagingTelemetryBuilder messaging;
    private @Nullable String clusterId;

    KafkaTelemetryBuilder(MessagingTelemetryBuilder messaging) {
        this.messaging = messaging;
    }

    /**
     * Changes the policy for all topics: {@code policy(p -> p.maxLinks(64))}.
     *
     * @throws NullPointerException if the change is null or returns null
     */
    public KafkaTelemetryBuilder policy(UnaryOperator<MessagingPolicy> change) {
        messaging.policy(change);
        return this;
    }

    /**
     * Changes the policy for one topic, on top of the policy for all.
     *
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public KafkaTelemetryBuilder policy(String topic, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(topic, change);
        return this;
    }

    /**
     * Changes the policy for some topics, on top of the policy for all. Where several apply, they do so in the order in which
     * they were added.
     *
     * @param topics asked about once per topic; must follow from its name alone
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public KafkaTelemetryBuilder policy(Predicate<String> topics, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(topics, change);
        return this;
    }

    /**
     * The cluster's id, for {@code messaging.kafka.cluster.id}; unknown by default, because a client does not tell it.
     *
     * @throws NullPointerException if it is null
     * @throws IllegalArgumentException if it is blank
     */
    public KafkaTelemetryBuilder clusterId(String clusterId) {
        if (requireNonNull(clusterId, "clusterId must not be null; leave it out if it is unknown")
                .isBlank()) {
            throw new IllegalArgumentException(
                    "clusterId is \"" + clusterId + "\" but must not be blank; leave it out if it is unknown");
        }
        this.clusterId = clusterId;
        return this;
    }

    /** Builds it. */
    public KafkaTelemetry build() {
        return new KafkaTelemetry(messaging.build(), clusterId);
    }
}
