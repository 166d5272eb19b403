/**
 * Carries trace context through Kafka records. Start at {@code KafkaTelemetry}.
 */
@NullMarked
package dev.linkspan.kafka;

import org.jspecify.annotations.NullMarked;
