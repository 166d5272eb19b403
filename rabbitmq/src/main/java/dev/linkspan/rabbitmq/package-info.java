/**
 * Carries trace context through RabbitMQ messages. Start at {@code RabbitMqTelemetry}.
 */
@NullMarked
package dev.linkspan.rabbitmq;

import org.jspecify.annotations.NullMarked;
