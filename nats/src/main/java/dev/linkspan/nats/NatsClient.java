package dev.linkspan.nats;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.SubscribeOptions;
import io.nats.client.Subscription;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.ServerInfo;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is known of one wrapped connection, which may move from one server to another. */
final class NatsClient {

    static final String INBOX_PREFIX = "_INBOX.";

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** Names are few, unless an application makes them up as it goes. */
    private static final int REMEMBERED = 1000;

    final NatsClients.Key connection;
    final MessagingTelemetry telemetry;
    final String inboxPrefix;
    final NatsMessageAdapter adapter;
    /** Names of consumers that outlive their client, and so are good for grouping spans and metrics. */
    private final Set<String> durables = ConcurrentHashMap.newKeySet();

    private volatile Seen seen;

    NatsClient(Connection connection, MessagingTelemetry telemetry, NatsClients clients) {
        this.connection = new NatsClients.Key(connection);
        this.telemetry = telemetry;
        this.inboxPrefix = inboxPrefix(connection);
        this.adapter = new NatsMessageAdapter(clients);
        this.seen = new Seen(null, null, new NatsSession(NatsServer.UNKNOWN, this));
        session();
    }

    /** What holds for the server that the connection has now; while it has none, for the last one. */
    NatsSession session() {
        Seen last = seen;
        try {
            Connection open = connection.get();
            if (open == null) {
                return last.session;
            }
            ServerInfo info = open.getServerInfo();
            String url = open.getConnectedUrl();
            if (url == null || info == null || (info == last.info && url.equals(last.url))) {
                return last.session;
            }
            NatsServer server = NatsServer.of(info, url);
            NatsSession session = server.equals(last.session.server) ? last.session : new NatsSession(server, this);
            seen = new Seen(info, url, session);
            return session;
        } catch (Throwable t) {
            telemetry.suppressed("nats.server", t);
            return last.session;
        }
    }

    /**
     * Puts the traced methods in front of something that came out of the client.
     *
     * @return the client's own where that fails
     */
    <T> @Nullable T wrap(Class<T> type, @Nullable T part, Function<T, Object> traced) {
        if (part == null) {
            return null;
        }
        try {
            return ClientProxy.wrap(type, part, traced.apply(part), LOOKUP);
        } catch (Throwable t) {
            telemetry.suppressed("nats.wrap", t);
            return part;
        }
    }

    /** Counts deliveries: nobody saw them before. */
    MessageTracer<Message> pushed() {
        return session().pushed;
    }

    MessageTracer<Message> pulled() {
        return session().pulled;
    }

    ClientFacts factsOf(Message message) {
        return session().factsOf(group(message.getSubscription()));
    }

    /** The queue group or the durable consumer that shares out the messages of a subscription. */
    private @Nullable String group(@Nullable Subscription subscription) {
        if (subscription == null) {
            return null;
        }
        String queue = subscription.getQueueName();
        if (queue != null && !queue.isEmpty()) {
            return queue;
        }
        String consumer = subscription instanceof JetStreamSubscription pulled ? pulled.getConsumerName() : null;
        return consumer != null && durables.contains(consumer) ? consumer : null;
    }

    /** What binds to a consumer that is there already names it, which only makes sense for one that stays. */
    void durable(@Nullable SubscribeOptions options) {
        if (options == null) {
            return;
        }
        try {
            String name = options.getDurable();
            durable(
                    name == null && options.isBind()
                            ? options.getConsumerConfiguration().getName()
                            : name);
        } catch (Throwable t) {
            telemetry.suppressed("nats.consumer", t);
        }
    }

    void durable(@Nullable ConsumerContext consumer) {
        try {
            ConsumerInfo info = consumer == null ? null : consumer.getCachedConsumerInfo();
            durable(info == null ? null : info.getConsumerConfiguration().getDurable());
        } catch (Throwable t) {
            telemetry.suppressed("nats.consumer", t);
        }
    }

    private void durable(@Nullable String name) {
        if (name != null && !name.isEmpty() && durables.size() < REMEMBERED) {
            durables.add(name);
        }
    }

    private String inboxPrefix(Connection connection) {
        try {
            return Objects.requireNonNullElse(connection.getOptions().getInboxPrefix(), INBOX_PREFIX);
        } catch (Throwable t) {
            telemetry.suppressed("nats.options", t);
            return INBOX_PREFIX;
        }
    }

    /** What the connection said last, to notice that it says something else. */
    private record Seen(@Nullable ServerInfo info, @Nullable String url, NatsSession session) {}
}
