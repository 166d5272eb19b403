package dev.linkspan.nats;

import io.nats.client.Dispatcher;
import io.nats.client.MessageHandler;
import io.nats.client.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a {@link Dispatcher} that are traced; all others go straight to the client. Its subscriptions are the
 * client's own: there is nothing to pull from them.
 */
final class NatsTracedDispatcher {

    private final Dispatcher dispatcher;
    private final NatsClient client;

    private NatsTracedDispatcher(Dispatcher dispatcher, NatsClient client) {
        this.dispatcher = dispatcher;
        this.client = client;
    }

    static @Nullable Dispatcher wrap(@Nullable Dispatcher dispatcher, NatsClient client) {
        return client.wrap(Dispatcher.class, dispatcher, part -> new NatsTracedDispatcher(part, client));
    }

    Subscription subscribe(String subject, @Nullable MessageHandler handler) {
        return dispatcher.subscribe(subject, NatsHandler.of(handler, client));
    }

    Subscription subscribe(String subject, String queue, @Nullable MessageHandler handler) {
        return dispatcher.subscribe(subject, queue, NatsHandler.of(handler, client));
    }

    Dispatcher unsubscribe(Subscription subscription) {
        return dispatcher.unsubscribe(NatsTracedSubscription.unwrap(subscription));
    }

    Dispatcher unsubscribe(Subscription subscription, int after) {
        return dispatcher.unsubscribe(NatsTracedSubscription.unwrap(subscription), after);
    }
}
