package dev.linkspan.nats;

import io.nats.client.JetStreamReader;
import io.nats.client.Message;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link JetStreamReader} that are traced; all others go straight to the client. */
final class NatsTracedReader {

    private final JetStreamReader reader;
    private final NatsClient client;

    private NatsTracedReader(JetStreamReader reader, NatsClient client) {
        this.reader = reader;
        this.client = client;
    }

    static @Nullable JetStreamReader wrap(@Nullable JetStreamReader reader, NatsClient client) {
        return client.wrap(JetStreamReader.class, reader, part -> new NatsTracedReader(part, client));
    }

    @Nullable
    Message nextMessage(@Nullable Duration timeout) throws InterruptedException {
        return NatsPull.one(client, () -> reader.nextMessage(timeout));
    }

    @Nullable
    Message nextMessage(long timeoutMillis) throws InterruptedException {
        return NatsPull.one(client, () -> reader.nextMessage(timeoutMillis));
    }
}
