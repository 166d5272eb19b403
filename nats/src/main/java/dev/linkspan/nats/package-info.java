/**
 * Carries trace context through NATS messages. Start at {@code NatsTelemetry}.
 */
@NullMarked
package dev.linkspan.nats;

import org.jspecify.annotations.NullMarked;
