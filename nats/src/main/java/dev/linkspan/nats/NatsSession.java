package dev.linkspan.nats;

import dev.linkspan.propagation.BoundedMap;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/** Spans and metrics for as long as a connection stays with one server. */
final class NatsSession {

    final NatsServer server;
    final MessageSender<NatsPublication, Headers> publishes;
    final MessageSender<NatsPublication, Headers> requests;
    final MessageTracer<Message> pushed;
    final MessageTracer<Message> pulled;
    private final ClientFacts facts;
    private final BoundedMap<String, ClientFacts> factsByGroup = new BoundedMap<>();

    NatsSession(NatsServer server, NatsClient client) {
        MessagingTelemetry telemetry = client.telemetry;
        this.server = server;
        this.facts = server.facts();
        this.publishes = telemetry.sender(new NatsPublicationAdapter("publish", client.inboxPrefix), facts);
        this.requests = telemetry.sender(new NatsPublicationAdapter("request", client.inboxPrefix), facts);
        this.pushed = telemetry.tracer(client.adapter, facts, true);
        this.pulled = telemetry.tracer(client.adapter, facts, false);
    }

    /** The same object for the same group, by which core remembers what belongs to it. */
    ClientFacts factsOf(@Nullable String group) {
        if (group == null) {
            return facts;
        }
        ClientFacts known = factsByGroup.get(group);
        return known != null ? known : factsByGroup.remember(group, facts.consumerGroup(group));
    }
}
