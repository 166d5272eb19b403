package dev.linkspan.rabbitmq;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.Consumer;
import dev.linkspan.propagation.MessagingPolicy;
import dev.linkspan.propagation.MessagingTelemetryBuilder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Builds a {@link RabbitMqTelemetry}. Rejects wrong values at once. Not thread-safe. */
public final class RabbitMqTelemetryBuilder {

    private final MessagingTelemetryBuilder messaging;
    private Predicate<? super Consumer> handOffs = consumer -> false;

    RabbitMqTelemetryBuilder(MessagingTelemetryBuilder messaging) {
        this.messaging = messaging;
    }

    /**
     * Changes the policy for all destinations: {@code policy(p -> p.maxLinks(64))}.
     *
     * @throws NullPointerException if the change is null or returns null
     */
    public RabbitMqTelemetryBuilder policy(UnaryOperator<MessagingPolicy> change) {
        messaging.policy(change);
        return this;
    }

    /**
     * Changes the policy for one destination, on top of the policy for all.
     *
     * @param destination as spans name it: {@code exchange:routing_key} where messages are sent, and
     *     {@code exchange:routing_key:queue} where they are received; without what is empty, and without a queue that is
     *     named like the routing key
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public RabbitMqTelemetryBuilder policy(String destination, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(destination, change);
        return this;
    }

    /**
     * Changes the policy for some destinations, on top of the policy for all. Where several apply, they do so in the order
     * in which they were added.
     *
     * @param destinations asked about once per destination; must follow from its name alone
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public RabbitMqTelemetryBuilder policy(Predicate<String> destinations, UnaryOperator<MessagingPolicy> change) {
        messaging.policy(destinations, change);
        return this;
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
        return new RabbitMqTelemetry(messaging.build(), handOffs);
    }
}
