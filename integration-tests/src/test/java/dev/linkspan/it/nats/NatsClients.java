package dev.linkspan.it.nats;

import dev.linkspan.it.TestClients;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Subjects, streams and bare connections for one test. A test gets one as a parameter by
 * {@code @ExtendWith(NatsExtension.class)}.
 */
public final class NatsClients extends TestClients {

    private final NatsServer server;
    private @Nullable Connection managing;

    NatsClients(NatsServer server, String test) {
        super(test);
        this.server = server;
    }

    String url() {
        return server.url();
    }

    /** For a connection that the test makes, and closes, itself: it reconnects for as long as it takes. */
    Options.Builder options() {
        return new Options.Builder()
                .server(url())
                .connectionName(uniqueName())
                .connectionTimeout(Duration.ofSeconds(AWAIT_SECONDS))
                // else a publish gives up when the server stands still for two seconds
                .maxMessagesInOutgoingQueue(50_000)
                .maxReconnects(-1)
                .reconnectWait(Duration.ofMillis(100))
                // none at all would end the client's reconnecting
                .reconnectJitter(Duration.ofMillis(1));
    }

    /** One more connection. */
    public Connection connection() {
        return connection(options());
    }

    Connection connection(Options.Builder options) {
        try {
            Connection connection = Nats.connect(options.build());
            onClose(() -> close(connection));
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** A stream, on disk, that keeps what is sent to the subjects. Returns its name. */
    String stream(String... subjects) {
        return stream(StreamConfiguration.builder().subjects(subjects));
    }

    /** A stream, on disk, of what the test wants else. Returns its name. */
    String stream(StreamConfiguration.Builder stream) {
        String name = uniqueName();
        if (managing == null) {
            managing = connection();
        }
        try {
            managing.jetStreamManagement()
                    .addStream(stream.name(name).storageType(StorageType.File).build());
            return name;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JetStreamApiException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the server has worked off all that the connection sent before. */
    static void flush(Connection connection) {
        try {
            connection.flush(Duration.ofSeconds(AWAIT_SECONDS));
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException(e);
    }
}
