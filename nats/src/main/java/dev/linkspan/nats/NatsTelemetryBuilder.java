package dev.linkspan.nats;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PolicyBuilder;
import io.opentelemetry.api.OpenTelemetry;

/** Builds a {@link NatsTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class NatsTelemetryBuilder extends PolicyBuilder<NatsTelemetryBuilder> {

    NatsTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
    }

    NatsTelemetryBuilder(MessagingTelemetry messaging) {
        super(messaging);
    }

    /** Builds it. */
    public NatsTelemetry build() {
        return new NatsTelemetry(buildMessaging());
    }
}
