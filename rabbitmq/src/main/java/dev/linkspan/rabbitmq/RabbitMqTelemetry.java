package dev.linkspan.rabbitmq;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Carries trace context through RabbitMQ: traces publishing and consuming by the client's own hook, and wraps connections and
 * channels to trace what that hook does not see.
 *
 * <pre>{@code
 * RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(openTelemetry);
 *
 * ConnectionFactory factory = rabbitMq.wrap(new ConnectionFactory());
 * Connection connection = rabbitMq.wrap(factory.newConnection());
 * Channel channel = connection.createChannel();
 * channel.basicPublish("", "orders", null, body);                   // carries traceparent
 * channel.basicConsume("orders", (tag, delivery) -> {               // linked to the producer, no child of it
 *     handle(delivery);
 *     channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
 * }, tag -> {});
 * }</pre>
 *
 * <p>Thread-safe; make one per application. What telemetry throws never reaches the application
 * ({@link MessagingTelemetry}). Works with amqp-client 5.19 and newer.
 */
public final class RabbitMqTelemetry {

    private final MessagingTelemetry messaging;
    private final Predicate<? super Consumer> handOffs;
    private final MessageSender<RabbitMqPublishing, Map<String, Object>> creator;
    private final MessageTracer<Delivery> settling;
    private final RabbitMqReturns returns;
    /** Whether deliveries are counted where they come in. */
    private volatile boolean wrapped;

    RabbitMqTelemetry(MessagingTelemetry messaging, Predicate<? super Consumer> handOffs) {
        this.messaging = messaging;
        this.handOffs = handOffs;
        this.creator = messaging.sender(new RabbitMqPublishingAdapter(), ClientFacts.NONE);
        this.settling = messaging.tracer(new RabbitMqDeliveryAdapter(null), ClientFacts.NONE, false);
        this.returns = new RabbitMqReturns(messaging);
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static RabbitMqTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * With settings that are shared with other brokers.
     *
     * @throws NullPointerException if messaging is null
     */
    public static RabbitMqTelemetry create(MessagingTelemetry messaging) {
        return builder(messaging).build();
    }

    /**
     * To set policies.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static RabbitMqTelemetryBuilder builder(OpenTelemetry openTelemetry) {
        return new RabbitMqTelemetryBuilder(openTelemetry);
    }

    /**
     * To set what is this broker's own beside settings that are shared with others. Policies set here come on top of the
     * shared ones, and change nothing for the others.
     *
     * @throws NullPointerException if messaging is null
     */
    public static RabbitMqTelemetryBuilder builder(MessagingTelemetry messaging) {
        return new RabbitMqTelemetryBuilder(messaging);
    }

    /**
     * Traces all that the connections of this factory publish, get and consume, by the client's own {@code
     * ObservationCollector}. Publishing adds the trace context to a copy of the message's properties; its span ends when
     * {@code basicPublish} returns. Each delivery to a consumer, in whatever form that is given, runs inside a process span.
     *
     * <p>Connections that are open already are not traced. A collector that the factory had before goes on working, inside of
     * ours; one that is set later takes ours away. Wrapping twice is the same as once.
     *
     * @return the factory itself, so that frameworks that test for its class find it
     * @throws NullPointerException if factory is null
     */
    public ConnectionFactory wrap(ConnectionFactory factory) {
        requireNonNull(factory, "factory must not be null");
        RabbitMqNextCollector next = RabbitMqNextCollector.NONE;
        try {
            next = RabbitMqNextCollector.of(factory);
        } catch (Throwable t) {
            messaging.suppressed("rabbitmq.factory", t);
        }
        factory.setObservationCollector(
                new RabbitMqObservationCollector(messaging, this::handsOff, factory::getRequestedFrameMax, next));
        wrapped = true;
        return factory;
    }

    private boolean handsOff(Consumer consumer) {
        return RabbitMqHandOff.isKnown(consumer) || handOffs.test(consumer);
    }

    /**
     * Wraps a connection: the channels that it makes are wrapped ({@link #wrap(Channel)}), and give it as their connection. A
     * connection that is wrapped already is returned as it is.
     *
     * @param connection of a factory that is wrapped, or publishing and consuming are not traced
     * @throws NullPointerException if connection is null
     */
    public Connection wrap(Connection connection) {
        requireNonNull(connection, "connection must not be null");
        if (ClientProxy.overrides(connection, RabbitMqTracedConnection.class) != null) {
            return connection;
        }
        RabbitMqTracedConnection traced = new RabbitMqTracedConnection(connection, this::wrap);
        Connection proxy = ClientProxy.wrap(Connection.class, connection, traced, MethodHandles.lookup());
        traced.self = proxy;
        return proxy;
    }

    /**
     * Wraps a channel: {@code basicAck}, {@code basicNack} and {@code basicReject} make settle spans, {@code basicGet} has the
     * length that it really took, and a mandatory message that comes back makes a span in its producer's trace. A channel that
     * is wrapped already is returned as it is.
     *
     * @param channel of a factory that is wrapped, or publishing and consuming are not traced
     * @throws NullPointerException if channel is null
     */
    public Channel wrap(Channel channel) {
        return wrap(requireNonNull(channel, "channel must not be null"), null);
    }

    private Channel wrap(Channel channel, @Nullable Connection connection) {
        return ClientProxy.overrides(channel, RabbitMqTracedChannel.class) != null
                ? channel
                : ClientProxy.wrap(
                        Channel.class,
                        channel,
                        new RabbitMqTracedChannel(channel, connection, messaging, settling, returns),
                        MethodHandles.lookup());
    }

    /**
     * The tracer over a queue's deliveries, for those that reach their handler on another way than through a consumer:
     * that were pulled, or handed on ({@link #handOff(DeliverCallback, CancelCallback)}). Call its {@code process} around
     * each handler, from any thread. As long as this object has wrapped no factory it also counts them.
     *
     * @param queue for the destination's name, where a delivery does not know it
     * @throws NullPointerException if queue is null
     */
    public MessageTracer<Delivery> deliveries(String queue) {
        requireNonNull(queue, "queue must not be null");
        return messaging.tracer(new RabbitMqDeliveryAdapter(queue), ClientFacts.NONE, delivery -> !wrapped);
    }

    /**
     * What {@code basicGet} brought as a delivery, for {@link #deliveries} and {@link RabbitMqSettlement}. It holds the
     * response's own envelope, properties and body.
     *
     * @throws NullPointerException if an argument is null; {@code basicGet} returns null for an empty queue
     */
    public static Delivery deliveryOf(String queue, GetResponse response) {
        requireNonNull(queue, "queue must not be null");
        requireNonNull(response, "response must not be null; basicGet returns null for an empty queue");
        return new RabbitMqDelivery(queue, response.getEnvelope(), response.getProps(), response.getBody());
    }

    /**
     * A consumer for {@code basicConsume} that only hands deliveries to something else, such as an accumulator or a pool: it
     * gets no process span, because that would only time the hand-over. Deliveries are counted; whoever takes them calls
     * {@link #deliveries}.
     *
     * @param deliver gets deliveries that know their queue
     * @throws NullPointerException if an argument is null
     */
    public Consumer handOff(DeliverCallback deliver, CancelCallback cancel) {
        return new RabbitMqHandOff(
                requireNonNull(deliver, "deliver must not be null"),
                requireNonNull(cancel, "cancel must not be null; use tag -> {}"));
    }

    /**
     * As {@link #handOff(DeliverCallback, CancelCallback)}, around a consumer that needs to hear of more than deliveries.
     *
     * @throws NullPointerException if consumer is null
     */
    public Consumer handOff(Consumer consumer) {
        return new RabbitMqHandOff(requireNonNull(consumer, "consumer must not be null"));
    }

    /**
     * Gives a message a creation context of its own, for messages that are made now and sent later or by another thread: makes
     * a Create span that ends here. A publish with these properties keeps that context, and its span links to it.
     *
     * @param exchange that it will be sent to; empty for the default exchange
     * @param properties what it has so far; null for none
     * @return a copy with the context in its headers; the properties themselves if there is no context to write
     * @throws NullPointerException if exchange or routingKey is null
     */
    public BasicProperties create(String exchange, String routingKey, @Nullable BasicProperties properties) {
        BasicProperties given = properties == null ? new BasicProperties() : properties;
        RabbitMqPublishing message = new RabbitMqPublishing(
                requireNonNull(exchange, "exchange must not be null; it is empty for the default exchange"),
                requireNonNull(routingKey, "routingKey must not be null"),
                given,
                -1,
                null);
        try (MessageSpan span = creator.create(message)) {
            if (!creator.injects(span)) {
                return given;
            }
            Map<String, Object> headers = copyOf(given.getHeaders());
            return creator.inject(span, headers)
                    ? given.builder().headers(headers).build()
                    : given;
        } catch (Throwable t) {
            messaging.suppressed("rabbitmq.copy", t);
            return given;
        }
    }

    /** In the same order, in which the client writes them. */
    static Map<String, Object> copyOf(@Nullable Map<String, Object> headers) {
        return headers == null ? new LinkedHashMap<>() : new LinkedHashMap<>(headers);
    }
}
