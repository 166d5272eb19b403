package dev.linkspan.nats;

import dev.linkspan.propagation.MessagingTelemetry;
import io.nats.client.Connection;
import io.nats.client.Message;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections that were wrapped, for as long as they live: a message knows the bare one that it came by. */
final class NatsClients {

    private final ConcurrentHashMap<Object, NatsClient> clients = new ConcurrentHashMap<>();

    /** What is known of a connection; the same object for the same connection. */
    NatsClient wrapped(Connection connection, MessagingTelemetry telemetry) {
        clients.values().removeIf(client -> client.connection.refersTo(null));
        NatsClient known = clients.get(new Lookup(connection));
        if (known != null) {
            return known;
        }
        NatsClient made = new NatsClient(connection, telemetry, this);
        NatsClient earlier = clients.putIfAbsent(made.connection, made);
        return earlier == null ? made : earlier;
    }

    /** Null for messages that came by a connection that is not wrapped, and for those that never came by one. */
    @Nullable
    NatsClient of(Message message) {
        Connection connection = message.getConnection();
        return connection == null ? null : clients.get(new Lookup(connection));
    }

    /** Does not keep a connection from being collected. */
    static final class Key extends WeakReference<Connection> {
        private final int hash;

        Key(Connection connection) {
            super(connection);
            this.hash = System.identityHashCode(connection);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other || (other instanceof Key key && get() != null && key.refersTo(get()));
        }
    }

    /** Finds a key without making a reference that the garbage collector would have to look after. */
    private record Lookup(Connection connection) {
        @Override
        public int hashCode() {
            return System.identityHashCode(connection);
        }

        @Override
        @SuppressWarnings("EqualsUnsafeCast") // no cast
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.refersTo(connection);
        }
    }
}
