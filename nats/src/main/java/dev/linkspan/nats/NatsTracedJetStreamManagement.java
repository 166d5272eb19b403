package dev.linkspan.nats;

import io.nats.client.JetStream;
import io.nats.client.JetStreamManagement;
import org.jspecify.annotations.Nullable;

/** The one method of a {@link JetStreamManagement} that leads to messages; all others go straight to the client. */
final class NatsTracedJetStreamManagement {

    private final JetStreamManagement management;
    private final NatsClient client;

    private NatsTracedJetStreamManagement(JetStreamManagement management, NatsClient client) {
        this.management = management;
        this.client = client;
    }

    static @Nullable JetStreamManagement wrap(@Nullable JetStreamManagement management, NatsClient client) {
        return client.wrap(
                JetStreamManagement.class, management, part -> new NatsTracedJetStreamManagement(part, client));
    }

    @Nullable
    JetStream jetStream() {
        return NatsTracedJetStream.wrap(management.jetStream(), client);
    }
}
