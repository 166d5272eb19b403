package dev.linkspan.propagation;

import io.opentelemetry.api.OpenTelemetry;

/** Builds a {@link MessagingTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class MessagingTelemetryBuilder extends PolicyBuilder<MessagingTelemetryBuilder> {

    MessagingTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
    }

    /** Builds it. */
    public MessagingTelemetry build() {
        return buildMessaging();
    }
}
