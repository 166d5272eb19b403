package dev.linkspan.kafka;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PolicyBuilder;
import io.opentelemetry.api.OpenTelemetry;
import org.jspecify.annotations.Nullable;

/** Builds a {@link KafkaTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class KafkaTelemetryBuilder extends PolicyBuilder<KafkaTelemetryBuilder> {

    private @Nullable String clusterId;

    KafkaTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
    }

    KafkaTelemetryBuilder(MessagingTelemetry messaging) {
        super(messaging);
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
        return new KafkaTelemetry(buildMessaging(), clusterId);
    }
}
