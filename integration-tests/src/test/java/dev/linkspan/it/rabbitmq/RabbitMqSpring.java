package dev.linkspan.it.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.examples.spring.TracingListenerAdvice;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.time.Duration;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;

/** Spring AMQP over a wrapped connection factory, for one test. */
final class RabbitMqSpring {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RabbitMqTelemetry rabbitMq;
    private final RabbitMqClients clients;

    RabbitMqSpring(RabbitMqTelemetry rabbitMq, RabbitMqClients clients) {
        this.rabbitMq = rabbitMq;
        this.clients = clients;
    }

    /** Spring's factory over a wrapped one of the client's. */
    CachingConnectionFactory connections() {
        return connections(rabbitMq.wrap(clients.factory()));
    }

    CachingConnectionFactory connections(ConnectionFactory factory) {
        CachingConnectionFactory connections = new CachingConnectionFactory(factory);
        clients.onClose(connections::destroy);
        return connections;
    }

    RabbitTemplate template() {
        return new RabbitTemplate(connections());
    }

    /** One whose thread takes messages from a queue that the client's threads fill. */
    SimpleMessageListenerContainer simple(String queue, MessageListener listener) {
        SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(connections());
        container.setReceiveTimeout(100);
        return listening(container, queue, listener);
    }

    /** One that calls the listener on the client's threads. */
    DirectMessageListenerContainer direct(String queue, MessageListener listener) {
        return listening(new DirectMessageListenerContainer(connections()), queue, listener);
    }

    private <C extends AbstractMessageListenerContainer> C listening(
            C container, String queue, MessageListener listener) {
        container.setQueueNames(queue);
        container.setMessageListener(listener);
        container.setShutdownTimeout(2_000);
        container.setAdviceChain(new TracingListenerAdvice(rabbitMq));
        clients.onClose(container::destroy);
        return container;
    }

    static <C extends AbstractMessageListenerContainer> C started(C container) {
        container.afterPropertiesSet();
        container.start();
        return container;
    }
}
