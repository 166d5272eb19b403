package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.propagation.MessageTracer;
import java.io.IOException;

/** Makes a process span around each delivery to the user's consumer; whatever form it was given in, it is one of these here. */
final class RabbitMqTracedConsumer extends RabbitMqForwardingConsumer {

    private final String queue;
    private final MessageTracer<Delivery> tracer;
    private final boolean handsOff;

    /** @param handsOff whether the consumer only hands deliveries to something else: then they are counted, no more */
    RabbitMqTracedConsumer(String queue, Consumer consumer, MessageTracer<Delivery> tracer, boolean handsOff) {
        super(consumer);
        this.queue = queue;
        this.tracer = tracer;
        this.handsOff = handsOff;
    }

    @Override
    public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body)
            throws IOException {
        Delivery delivery = new RabbitMqDelivery(queue, envelope, properties, body);
        if (handsOff) {
            tracer.delivered(delivery);
            consumer.handleDelivery(consumerTag, envelope, properties, body);
        } else {
            tracer.process(delivery, traced -> consumer.handleDelivery(consumerTag, envelope, properties, body));
        }
    }
}
