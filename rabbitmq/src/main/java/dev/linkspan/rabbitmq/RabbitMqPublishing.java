package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.observation.ObservationCollector.ConnectionInfo;
import org.jspecify.annotations.Nullable;

/**
 * A message that is to be sent.
 *
 * @param bodySize in bytes; -1 if unknown
 * @param connection whom it is sent to; null if that is unknown yet
 */
record RabbitMqPublishing(
        @Nullable String exchange,
        @Nullable String routingKey,
        @Nullable BasicProperties properties,
        int bodySize,
        @Nullable ConnectionInfo connection) {}
