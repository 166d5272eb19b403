package dev.linkspan.nats;

import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetryBuilder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Builds a {@link NatsTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class NatsTelemetryBuilder {

    private final MessagingTelemetryBuilder messaging;

    NatsTelemetryBuilder(MessagingTelemetryBuilder messaging) {
        this.messaging = messaging;
    }

    /**
     * Changes the policy for all subjects: {@code policy(p -> p.maxLinks(64))}.
     *
     * @throws NullPointerException if the change is null or returns null
     */
    public NatsTelemetryBuilder policy(UnaryOperator<MessagingPolicy> change) {
        messaging.policy(change);
        return this;
    }

    /**
     * Changes the policy for one subject, on top of the policy for all.
     *
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public NatsTelemetryBuilder policy(String subject, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(subject, change);
        return this;
    }

    /**
     * Changes the policy for some subjects, on top of the policy for all. Where several apply, they do so in the order in which
     * they were added.
     *
     * @param subjects asked about once per subject; must follow from its name alone
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public NatsTelemetryBuilder policy(Predicate<String> subjects, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(subjects, change);
        return this;
    }

    /** Builds it. */
    public NatsTelemetry build() {
        return new NatsTelemetry(messaging.build());
    }
}
