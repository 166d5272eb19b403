package dev.linkspan.nats;

import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The methods of an {@link IterableConsumer} that are traced; all others go straight to the client. */
final class NatsTracedIterableConsumer {

    private final IterableConsumer consumer;
    private final NatsClient client;

    private NatsTracedIterableConsumer(IterableConsumer consumer, NatsClient client) {
        this.consumer = consumer;
        this.client = client;
    }

    static @Nullable IterableConsumer wrap(@Nullable IterableConsumer consumer, NatsClient client) {
        return client.wrap(IterableConsumer.class, consumer, part -> new NatsTracedIterableConsumer(part, client));
    }

    @Nullable
    Message nextMessage(@Nullable Duration timeout) throws InterruptedException, JetStreamStatusCheckedException {
        return NatsPull.one(client, () -> consumer.nextMessage(timeout));
    }

    @Nullable
    Message nextMessage(long timeoutMillis) throws InterruptedException, JetStreamStatusCheckedException {
        return NatsPull.one(client, () -> consumer.nextMessage(timeoutMillis));
    }
}
