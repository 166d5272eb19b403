package dev.linkspan.nats;

import dev.linkspan.propagation.ClientProxy;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link Subscription} that are traced; all others go straight to the client. */
class NatsTracedSubscription {

    private final Subscription subscription;
    final NatsClient client;

    NatsTracedSubscription(Subscription subscription, NatsClient client) {
        this.subscription = subscription;
        this.client = client;
    }

    static @Nullable Subscription wrap(@Nullable Subscription subscription, NatsClient client) {
        return client.wrap(Subscription.class, subscription, part -> new NatsTracedSubscription(part, client));
    }

    /** The client knows no subscriptions but its own. */
    static @Nullable Subscription unwrap(@Nullable Subscription subscription) {
        return subscription == null ? null : ClientProxy.unwrap(subscription);
    }

    @Nullable
    Message nextMessage(@Nullable Duration timeout) throws InterruptedException {
        return NatsPull.one(client, () -> subscription.nextMessage(timeout));
    }

    @Nullable
    Message nextMessage(long timeoutMillis) throws InterruptedException {
        return NatsPull.one(client, () -> subscription.nextMessage(timeoutMillis));
    }
}
