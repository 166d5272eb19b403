package dev.linkspan.nats;

import io.nats.client.BaseConsumerContext;
import io.nats.client.ConsumeOptions;
import io.nats.client.ConsumerContext;
import io.nats.client.Dispatcher;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.MessageConsumer;
import io.nats.client.MessageHandler;
import io.nats.client.OrderedConsumerContext;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a {@link ConsumerContext} or an {@link OrderedConsumerContext} that are traced; all others go straight to
 * the client.
 */
final class NatsTracedConsumerContext {

    private final BaseConsumerContext consumer;
    private final NatsClient client;

    private NatsTracedConsumerContext(BaseConsumerContext consumer, NatsClient client) {
        this.consumer = consumer;
        this.client = client;
    }

    static @Nullable ConsumerContext wrap(@Nullable ConsumerContext consumer, NatsClient client) {
        client.durable(consumer);
        return client.wrap(ConsumerContext.class, consumer, part -> new NatsTracedConsumerContext(part, client));
    }

    static @Nullable OrderedConsumerContext wrap(@Nullable OrderedConsumerContext consumer, NatsClient client) {
        return client.wrap(OrderedConsumerContext.class, consumer, part -> new NatsTracedConsumerContext(part, client));
    }

    @Nullable
    Message next() throws IOException, InterruptedException, JetStreamStatusCheckedException, JetStreamApiException {
        return NatsPull.<IOException, JetStreamStatusCheckedException, JetStreamApiException>one(
                client, () -> consumer.next());
    }

    @Nullable
    Message next(@Nullable Duration maxWait)
            throws IOException, InterruptedException, JetStreamStatusCheckedException, JetStreamApiException {
        return NatsPull.<IOException, JetStreamStatusCheckedException, JetStreamApiException>one(
                client, () -> consumer.next(maxWait));
    }

    @Nullable
    Message next(long maxWaitMillis)
            throws IOException, InterruptedException, JetStreamStatusCheckedException, JetStreamApiException {
        return NatsPull.<IOException, JetStreamStatusCheckedException, JetStreamApiException>one(
                client, () -> consumer.next(maxWaitMillis));
    }

    @Nullable
    FetchConsumer fetchMessages(int maxMessages) throws IOException, JetStreamApiException {
        return NatsTracedFetchConsumer.wrap(consumer.fetchMessages(maxMessages), client);
    }

    @Nullable
    FetchConsumer fetchBytes(int maxBytes) throws IOException, JetStreamApiException {
        return NatsTracedFetchConsumer.wrap(consumer.fetchBytes(maxBytes), client);
    }

    @Nullable
    FetchConsumer fetch(FetchConsumeOptions options) throws IOException, JetStreamApiException {
        return NatsTracedFetchConsumer.wrap(consumer.fetch(options), client);
    }

    @Nullable
    IterableConsumer iterate() throws IOException, JetStreamApiException {
        return NatsTracedIterableConsumer.wrap(consumer.iterate(), client);
    }

    @Nullable
    IterableConsumer iterate(ConsumeOptions options) throws IOException, JetStreamApiException {
        return NatsTracedIterableConsumer.wrap(consumer.iterate(options), client);
    }

    MessageConsumer consume(MessageHandler handler) throws IOException, JetStreamApiException {
        return consumer.consume(NatsHandler.of(handler, client));
    }

    MessageConsumer consume(@Nullable Dispatcher dispatcher, MessageHandler handler)
            throws IOException, JetStreamApiException {
        return consumer.consume(NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client));
    }

    MessageConsumer consume(ConsumeOptions options, MessageHandler handler) throws IOException, JetStreamApiException {
        return consumer.consume(options, NatsHandler.of(handler, client));
    }

    MessageConsumer consume(ConsumeOptions options, @Nullable Dispatcher dispatcher, MessageHandler handler)
            throws IOException, JetStreamApiException {
        return consumer.consume(options, NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client));
    }
}
