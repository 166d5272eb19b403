package dev.linkspan.nats;

import io.nats.client.ConsumerContext;
import io.nats.client.JetStreamApiException;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.StreamContext;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.OrderedConsumerConfiguration;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link StreamContext} that lead to messages; all others go straight to the client. */
final class NatsTracedStreamContext {

    private final StreamContext stream;
    private final NatsClient client;

    private NatsTracedStreamContext(StreamContext stream, NatsClient client) {
        this.stream = stream;
        this.client = client;
    }

    static @Nullable StreamContext wrap(@Nullable StreamContext stream, NatsClient client) {
        return client.wrap(StreamContext.class, stream, part -> new NatsTracedStreamContext(part, client));
    }

    @Nullable
    ConsumerContext getConsumerContext(String consumerName) throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(stream.getConsumerContext(consumerName), client);
    }

    @Nullable
    ConsumerContext createOrUpdateConsumer(ConsumerConfiguration config) throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(stream.createOrUpdateConsumer(config), client);
    }

    @Nullable
    OrderedConsumerContext createOrderedConsumer(OrderedConsumerConfiguration config)
            throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(stream.createOrderedConsumer(config), client);
    }
}
