package dev.linkspan.nats;

import io.nats.client.FetchConsumer;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link FetchConsumer} that are traced; all others go straight to the client. */
final class NatsTracedFetchConsumer {

    private final FetchConsumer consumer;
    private final NatsClient client;

    private NatsTracedFetchConsumer(FetchConsumer consumer, NatsClient client) {
        this.consumer = consumer;
        this.client = client;
    }

    static @Nullable FetchConsumer wrap(@Nullable FetchConsumer consumer, NatsClient client) {
        return client.wrap(FetchConsumer.class, consumer, part -> new NatsTracedFetchConsumer(part, client));
    }

    @Nullable
    Message nextMessage() throws InterruptedException, JetStreamStatusCheckedException {
        return NatsPull.one(client, () -> consumer.nextMessage());
    }
}
