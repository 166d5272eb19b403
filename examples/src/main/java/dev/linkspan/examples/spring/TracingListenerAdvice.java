package dev.linkspan.examples.spring;

import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;
import org.springframework.amqp.rabbit.support.MessagePropertiesConverter;

/**
 * One process span around each call of a listener, of one message or of a batch. A {@code SimpleMessageListenerContainer}
 * needs it, because it takes deliveries from a queue of its own; in a {@code DirectMessageListenerContainer} it finds a span
 * that is there already, and does nothing. One object serves any number of containers and threads.
 */
public final class TracingListenerAdvice implements MethodInterceptor {

    private final RabbitMqTelemetry rabbitMq;
    private final Map<String, MessageTracer<Delivery>> byQueue = new ConcurrentHashMap<>();
    private final MessagePropertiesConverter converter = new DefaultMessagePropertiesConverter();

    /** @param rabbitMq what the containers' connection factory is wrapped with */
    public TracingListenerAdvice(RabbitMqTelemetry rabbitMq) {
        this.rabbitMq = rabbitMq;
    }

    /** Containers advise one method of theirs, which gets a channel and one message or a list of them. */
    @Override
    public @Nullable Object invoke(MethodInvocation listener) throws Throwable {
        Object data = listener.getArguments()[1];
        if (data instanceof Message message) {
            Delivery delivery = deliveryOf(message);
            MessageTracer<Delivery> deliveries = deliveries(message);
            if (isProcessed(delivery, deliveries)) {
                return listener.proceed();
            }
            return call(listener, deliveries.start(delivery));
        }
        if (data instanceof List<?> batch && !batch.isEmpty() && batch.get(0) instanceof Message first) {
            List<Delivery> all =
                    batch.stream().map(message -> deliveryOf((Message) message)).toList();
            return call(listener, deliveries(first).startBatch(all));
        }
        return listener.proceed();
    }

    private static @Nullable Object call(MethodInvocation listener, MessageSpan span) throws Throwable {
        try (span;
                Scope scope = span.makeCurrent()) {
            try {
                return listener.proceed();
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    /** A tracer remembers its destinations, so there is one for each queue. */
    private MessageTracer<Delivery> deliveries(Message message) {
        String queue = message.getMessageProperties().getConsumerQueue();
        return byQueue.computeIfAbsent(queue == null ? "" : queue, rabbitMq::deliveries);
    }

    private static boolean isProcessed(Delivery delivery, MessageTracer<Delivery> deliveries) {
        return deliveries.currentMessage() instanceof Delivery current
                && current.getEnvelope().getDeliveryTag()
                        == delivery.getEnvelope().getDeliveryTag();
    }

    private Delivery deliveryOf(Message message) {
        MessageProperties properties = message.getMessageProperties();
        Envelope envelope = new Envelope(
                properties.getDeliveryTag(),
                Boolean.TRUE.equals(properties.isRedelivered()),
                orEmpty(properties.getReceivedExchange()),
                orEmpty(properties.getReceivedRoutingKey()));
        return new Delivery(envelope, converter.fromMessageProperties(properties, "UTF-8"), message.getBody());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
