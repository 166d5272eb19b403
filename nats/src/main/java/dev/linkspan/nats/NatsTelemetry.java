package dev.linkspan.nats;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.invoke.MethodHandles;

/**
 * Carries trace context through NATS: wraps connections, and traces the processing of messages.
 *
 * <pre>{@code
 * NatsTelemetry nats = NatsTelemetry.create(openTelemetry);
 * Connection connection = nats.wrap(Nats.connect(options));
 *
 * connection.publish("orders", body);                                // carries traceparent
 * connection.createDispatcher(this::handle).subscribe("orders");     // linked to the publisher, no child of it
 *
 * JetStreamSubscription orders = connection.jetStream().subscribe("orders", pullOptions);
 * for (Message message : orders.fetch(100, timeout)) {
 *     nats.messages().process(message, this::handle);
 *     message.ack();
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe; make one per application. What telemetry throws never reaches the application
 * ({@link MessagingTelemetry}). Works with jnats 2.17 and newer.
 */
public final class NatsTelemetry {

    private final MessagingTelemetry messaging;
    private final NatsClients clients = new NatsClients();
    private final MessageTracer<Message> messages;
    private final MessageSender<NatsPublication, Headers> creator;

    NatsTelemetry(MessagingTelemetry messaging) {
        this.messaging = messaging;
        this.messages = messaging.tracer(
                new NatsMessageAdapter(clients), ClientFacts.NONE, message -> clients.of(message) == null);
        this.creator =
                messaging.sender(new NatsPublicationAdapter("publish", NatsClient.INBOX_PREFIX), ClientFacts.NONE);
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static NatsTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * With settings that are shared with other brokers.
     *
     * @throws NullPointerException if messaging is null
     */
    public static NatsTelemetry create(MessagingTelemetry messaging) {
        return builder(messaging).build();
    }

    /**
     * To set policies.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static NatsTelemetryBuilder builder(OpenTelemetry openTelemetry) {
        return new NatsTelemetryBuilder(openTelemetry);
    }

    /**
     * To set what is this broker's own beside settings that are shared with others. Policies set here come on top of the
     * shared ones, and change nothing for the others.
     *
     * @throws NullPointerException if messaging is null
     */
    public static NatsTelemetryBuilder builder(MessagingTelemetry messaging) {
        return new NatsTelemetryBuilder(messaging);
    }

    /**
     * Wraps a connection: what it publishes and requests makes a span and carries its context; handlers run inside a process
     * span, pulls that bring messages make a receive span, both linked to the publishers. So do the dispatchers,
     * subscriptions, JetStream contexts and consumers that come out of it: take them from the wrapped connection. Messages are
     * the client's own objects. A connection that is wrapped already is returned as it is.
     *
     * <p>{@code message.ack()} and its like bypass the wrapper; {@link NatsSettlement} traces them.
     *
     * @throws NullPointerException if connection is null
     */
    public Connection wrap(Connection connection) {
        requireNonNull(connection, "connection must not be null");
        if (ClientProxy.overrides(connection, NatsTracedConnection.class) != null) {
            return connection;
        }
        return ClientProxy.wrap(
                Connection.class,
                connection,
                new NatsTracedConnection(connection, clients.wrapped(connection, messaging)),
                MethodHandles.lookup());
    }

    /**
     * The tracer over received messages, of any connection, on any thread. Messages know the connection and the subscription
     * that they came by, and so do their spans, if the connection was wrapped by this object. Deliveries of other connections
     * are counted when they are processed here.
     */
    public MessageTracer<Message> messages() {
        return messages;
    }

    /**
     * Marks a handler that only hands messages to something else, such as a pool or an accumulator: a wrapped connection
     * counts the delivery, and makes no process span, which would only time the hand-over. Whoever takes the message uses
     * {@link #messages()}.
     *
     * @return what to pass where the handler would go; a handler of your own around it hides the mark
     * @throws NullPointerException if handler is null
     */
    public MessageHandler handOff(MessageHandler handler) {
        return new NatsHandler.HandOff(requireNonNull(handler, "handler must not be null"));
    }

    /**
     * Gives a message a creation context of its own, for messages that are made now and published later or by another thread:
     * makes a Create span that ends here. A wrapped connection that publishes the copy keeps that context, and its publish
     * span links to it.
     *
     * @return a copy with the context in its headers; the message itself if there is no context to write
     * @throws NullPointerException if message is null
     */
    public Message create(Message message) {
        requireNonNull(message, "message must not be null");
        try (MessageSpan span = creator.create(NatsPublication.of(message))) {
            if (!creator.injects(span)) {
                return message;
            }
            Headers copy = new Headers(message.getHeaders());
            return creator.inject(span, copy) ? NatsPublication.with(copy, message) : message;
        } catch (Throwable t) {
            messaging.suppressed("nats.copy", t);
            return message;
        }
    }
}
