package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import dev.linkspan.it.TestClients;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Queues, exchanges and bare connections for one test. A test gets one as a parameter by
 * {@code @ExtendWith(RabbitMqExtension.class)}.
 */
public final class RabbitMqClients extends TestClients {

    private static final int AWAIT_MILLIS = (int) TimeUnit.SECONDS.toMillis(AWAIT_SECONDS);
    private static final int CLOSE_WITHIN_MILLIS = 2_000;

    private final RabbitMqServer broker;
    private @Nullable Channel declaring;

    RabbitMqClients(RabbitMqServer broker, String test) {
        super(test);
        this.broker = broker;
    }

    String uri() {
        return broker.uri();
    }

    /** For connections that the test makes, and closes, itself: they reconnect for as long as it takes. */
    public ConnectionFactory factory() {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            factory.setUri(uri());
        } catch (URISyntaxException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        factory.setConnectionTimeout(AWAIT_MILLIS);
        factory.setHandshakeTimeout(AWAIT_MILLIS);
        factory.setChannelRpcTimeout(AWAIT_MILLIS);
        factory.setNetworkRecoveryInterval(200);
        return factory;
    }

    /** One more connection. */
    Connection connection() {
        return connection(factory());
    }

    public Connection connection(ConnectionFactory factory) {
        try {
            Connection connection = factory.newConnection(uniqueName());
            onClose(() -> connection.abort(CLOSE_WITHIN_MILLIS));
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A channel with a connection of its own. */
    Channel channel() {
        try {
            return connection().createChannel();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #channel()}, with publisher confirms on. */
    Channel confirmingChannel() {
        try {
            Channel channel = channel();
            channel.confirmSelect();
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A durable classic queue. Returns its name. */
    public String queue() {
        return queue(Map.of());
    }

    /**
     * As {@link #queue()}, for a broker that is going to be killed: what it knows of its queues, other than their messages,
     * is on disk up to two seconds later. One that forgot a queue gets an empty one from the client that recovers.
     */
    String queueOnDisk() throws InterruptedException {
        String name = queue();
        TimeUnit.SECONDS.sleep(4);
        return name;
    }

    /** A durable queue with arguments such as {@code x-queue-type}. Returns its name. */
    String queue(Map<String, Object> arguments) {
        String name = uniqueName();
        try {
            declaring().queueDeclare(name, true, false, false, arguments);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A durable exchange of a type such as {@code topic}. Returns its name. */
    String exchange(String type) {
        String name = uniqueName();
        try {
            declaring().exchangeDeclare(name, type, true);
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Channel declaring() {
        if (declaring == null) {
            declaring = channel();
        }
        return declaring;
    }

    /** Sends persistent texts to a queue and waits until the broker has all. The channel must confirm. */
    static void send(Channel channel, String queue, String... bodies) {
        AMQP.BasicProperties properties = MessageProperties.PERSISTENT_TEXT_PLAIN;
        try {
            for (String body : bodies) {
                channel.basicPublish("", queue, properties, body.getBytes(UTF_8));
            }
            channel.waitForConfirmsOrDie(AWAIT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
