package dev.linkspan.nats;

import io.nats.client.JetStreamReader;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link JetStreamSubscription} that are traced; all others go straight to the client. */
final class NatsTracedJetStreamSubscription extends NatsTracedSubscription {

    private final JetStreamSubscription subscription;

    private NatsTracedJetStreamSubscription(JetStreamSubscription subscription, NatsClient client) {
        super(subscription, client);
        this.subscription = subscription;
    }

    static @Nullable JetStreamSubscription wrap(@Nullable JetStreamSubscription subscription, NatsClient client) {
        return client.wrap(
                JetStreamSubscription.class, subscription, part -> new NatsTracedJetStreamSubscription(part, client));
    }

    @Nullable
    List<Message> fetch(int batchSize, Duration maxWait) {
        return NatsPull.all(client, () -> subscription.fetch(batchSize, maxWait));
    }

    @Nullable
    List<Message> fetch(int batchSize, long maxWaitMillis) {
        return NatsPull.all(client, () -> subscription.fetch(batchSize, maxWaitMillis));
    }

    @Nullable
    Iterator<Message> iterate(int batchSize, Duration maxWait) {
        return traced(subscription.iterate(batchSize, maxWait));
    }

    @Nullable
    Iterator<Message> iterate(int batchSize, long maxWaitMillis) {
        return traced(subscription.iterate(batchSize, maxWaitMillis));
    }

    private @Nullable Iterator<Message> traced(@Nullable Iterator<Message> messages) {
        return messages == null ? null : new NatsPullIterator(messages, client);
    }

    @Nullable
    JetStreamReader reader(int batchSize, int repullAt) {
        return NatsTracedReader.wrap(subscription.reader(batchSize, repullAt), client);
    }
}
