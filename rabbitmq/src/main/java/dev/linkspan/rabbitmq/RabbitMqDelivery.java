package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import org.jspecify.annotations.Nullable;

/** A delivery that knows its queue, which the client's own does not. It holds the client's own objects. */
final class RabbitMqDelivery extends Delivery {

    final @Nullable String queue;

    RabbitMqDelivery(@Nullable String queue, Envelope envelope, @Nullable BasicProperties properties, byte[] body) {
        super(envelope, properties, body);
        this.queue = queue;
    }
}
