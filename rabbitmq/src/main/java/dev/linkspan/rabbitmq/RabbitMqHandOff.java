package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.RpcServer;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Marks a consumer that only hands deliveries to something else. */
final class RabbitMqHandOff extends RabbitMqForwardingConsumer {

    /** Spring's puts deliveries into a queue, from which the container's own thread takes them. */
    private static final String SPRING = "org.springframework.amqp.rabbit.listener.BlockingQueueConsumer$";

    RabbitMqHandOff(Consumer consumer) {
        super(consumer);
    }

    RabbitMqHandOff(DeliverCallback deliver, CancelCallback cancel) {
        this(new Callbacks(null, deliver, cancel));
    }

    /** Whether a consumer is of a kind that is known to put deliveries into a queue and no more. */
    static boolean isKnown(Consumer consumer) {
        return consumer instanceof RpcServer.RpcConsumer
                || consumer.getClass().getName().startsWith(SPRING);
    }

    /** What is marked, once it is known where its deliveries come from. */
    Consumer from(String queue) {
        return consumer instanceof Callbacks callbacks
                ? new Callbacks(queue, callbacks.deliver, callbacks.cancel)
                : consumer;
    }

    /** @param queue null until the consumer is registered */
    private record Callbacks(@Nullable String queue, DeliverCallback deliver, CancelCallback cancel)
            implements Consumer {

        @Override
        public void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body)
                throws IOException {
            deliver.handle(consumerTag, new RabbitMqDelivery(queue, envelope, properties, body));
        }

        @Override
        public void handleCancel(String consumerTag) throws IOException {
            cancel.handle(consumerTag);
        }

        @Override
        public void handleConsumeOk(String consumerTag) {}

        @Override
        public void handleCancelOk(String consumerTag) {}

        @Override
        public void handleShutdownSignal(String consumerTag, ShutdownSignalException signal) {}

        @Override
        public void handleRecoverOk(String consumerTag) {}
    }
}
