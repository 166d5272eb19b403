package dev.linkspan.rabbitmq;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.Consumer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PolicyBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.util.function.Predicate;

/**
 * Builds a {@link RabbitMqTelemetry}. Rejects wrong values at once. Not thread-safe.
 *
 * <p>A destination of a policy is what spans name it: {@code exchange:routing_key} where messages are sent, and
 * {@code exchange:routing_key:queue} where they are received; without what is empty, and without a queue that is named like the
 * routing key.
 */
public final class RabbitMqTelemetryBuilder extends PolicyBuilder<RabbitMqTelemetryBuilder> {

    private Predicate<? super Consumer> handOffs = consumer -> false;

    RabbitMqTelemetryBuilder(OpenTelemetry openTelemetry) {
        super(openTelemetry);
    }

    RabbitMqTelemetryBuilder(MessagingTelemetry messaging) {
        super(messaging);
    }

    /**
     * Says which consumers only hand deliveries to something else, as {@link RabbitMqTelemetry#handOff(Consumer)} does, for
     * consumers that a framework makes. Those of Spring AMQP's {@code SimpleMessageListenerContainer} and of
     * {@code RpcServer} are known.
     *
     * @param consumers asked about once for each that is registered
     * @throws NullPointerException if consumers is null
     */
    public RabbitMqTelemetryBuilder handOffs(Predicate<? super Consumer> consumers) {
        this.handOffs = requireNonNull(consumers, "consumers must not be null");
        return this;
    }

    /** Builds it. */
    public RabbitMqTelemetry build() {
        return new RabbitMqTelemetry(buildMessaging(), handOffs);
    }
}
