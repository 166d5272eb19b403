package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is the same for messages that are sent and messages that are received. */
abstract class RabbitMqAdapter<M> implements MessageAdapter<M, Map<String, Object>> {

    /** Null where the classes do not come from the jar. */
    private static final @Nullable String VERSION =
            RabbitMqAdapter.class.getPackage().getImplementationVersion();

    /** Null where the caller gave none. */
    abstract @Nullable BasicProperties properties(M message);

    @Override
    public abstract String destination(M message);

    @Override
    public String instrumentationName() {
        return "dev.linkspan.rabbitmq";
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return VERSION;
    }

    @Override
    public String system() {
        return "rabbitmq";
    }

    @Override
    public HeaderCarrier<Map<String, Object>> carrier() {
        return RabbitMqCarrier.INSTANCE;
    }

    @Override
    public @Nullable Map<String, Object> headers(M message) {
        BasicProperties properties = properties(message);
        return properties == null ? null : properties.getHeaders();
    }

    @Override
    public @Nullable String destinationTemplate(M message) {
        return RabbitMqDestination.template(destination(message));
    }

    @Override
    public boolean temporary(M message) {
        return RabbitMqDestination.isReplyTo(destination(message));
    }

    @Override
    public boolean anonymous(M message) {
        return RabbitMqDestination.isGenerated(destination(message));
    }

    @Override
    public @Nullable String messageId(M message) {
        BasicProperties properties = properties(message);
        return properties == null ? null : properties.getMessageId();
    }

    @Override
    public @Nullable String conversationId(M message) {
        BasicProperties properties = properties(message);
        return properties == null ? null : properties.getCorrelationId();
    }
}
