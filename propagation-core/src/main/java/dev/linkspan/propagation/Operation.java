package dev.linkspan.propagation;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One operation of one client, over all its destinations. */
final class Operation<M> {

    final MessagingTelemetry telemetry;
    final Instruments instruments;
    final String system;
    final ClientFacts facts;
    final Semconv.Type type;
    final String name;
    final boolean writesOldNames;
    private final MessageAdapter<? super M, ?> adapter;
    private final BoundedMap<String, DestinationOperation> destinations = new BoundedMap<>();
    /** Those of which no message was seen that could tell more than the name. */
    private final BoundedMap<String, DestinationOperation> named = new BoundedMap<>();

    private final BoundedMap<String, Operation<M>> siblings = new BoundedMap<>();
    /** The same operation of other clients, where the messages know theirs. */
    private final BoundedMap<ClientFacts, Operation<M>> clients = new BoundedMap<>();

    private final DestinationOperation unknown;

    Operation(
            MessagingTelemetry telemetry,
            MessageAdapter<? super M, ?> adapter,
            ClientFacts facts,
            Semconv.Type type,
            String name) {
        this.telemetry = telemetry;
        this.instruments = telemetry.instruments(adapter.instrumentationName(), adapter.instrumentationVersion());
        this.system = adapter.system();
        this.facts = facts;
        this.type = type;
        this.name = name;
        this.writesOldNames = telemetry.writesOldNames;
        this.adapter = adapter;
        this.unknown = new DestinationOperation(this, null, null, false, false, telemetry.policy(null));
    }

    /** The same operation under another name; the broker's are few, a job's should be. */
    Operation<M> named(String otherName) {
        if (otherName.equals(name)) {
            return this;
        }
        Operation<M> known = siblings.get(otherName);
        return known != null
                ? known
                : siblings.remember(otherName, new Operation<>(telemetry, adapter, facts, type, otherName));
    }

    /** Where no single destination is known. */
    DestinationOperation unknown() {
        return unknown;
    }

    DestinationOperation of(M message) {
        String destination;
        try {
            destination = adapter.destination(message);
        } catch (Throwable t) {
            telemetry.errors.add("adapter.destination", t);
            return unknown;
        }
        return ofClient(message).at(destination, message);
    }

    private Operation<M> ofClient(M message) {
        ClientFacts client;
        try {
            client = adapter.client(message);
        } catch (Throwable t) {
            telemetry.errors.add("adapter.client", t);
            return this;
        }
        if (client == null || client == facts) {
            return this;
        }
        Operation<M> known = clients.get(client);
        return known != null
                ? known
                : clients.remember(client, new Operation<>(telemetry, adapter, client, type, name));
    }

    DestinationOperation at(@Nullable String destination, @Nullable M message) {
        if (destination == null) {
            return unknown;
        }
        DestinationOperation known = destinations.get(destination);
        if (known != null) {
            return known;
        }
        if (message != null) {
            return destinations.remember(destination, make(destination, message));
        }
        known = named.get(destination);
        return known != null ? known : named.remember(destination, make(destination, null));
    }

    /** The one destination of all these messages, else an unknown one. */
    DestinationOperation common(Iterable<? extends M> messages) {
        DestinationOperation common = null;
        for (M message : messages) {
            DestinationOperation operation = of(message);
            if (common != null && !common.isSameAs(operation)) {
                return unknown;
            }
            common = operation;
        }
        return common == null ? unknown : common;
    }

    private DestinationOperation make(String destination, @Nullable M message) {
        MessagingPolicy policy = telemetry.policy(destination);
        String template = policyTemplate(policy, destination);
        if (message == null) {
            return new DestinationOperation(this, destination, template, false, false, policy);
        }
        return new DestinationOperation(
                this,
                destination,
                template != null ? template : adapterTemplate(message),
                asks("adapter.temporary", adapter::temporary, message),
                asks("adapter.anonymous", adapter::anonymous, message),
                policy);
    }

    private @Nullable String policyTemplate(MessagingPolicy policy, String destination) {
        try {
            return policy.destinationTemplate.apply(destination);
        } catch (Throwable t) {
            telemetry.errors.add("policy.destinationTemplate", t);
            return null;
        }
    }

    private @Nullable String adapterTemplate(M message) {
        try {
            return adapter.destinationTemplate(message);
        } catch (Throwable t) {
            telemetry.errors.add("adapter.destinationTemplate", t);
            return null;
        }
    }

    private boolean asks(String site, Predicate<M> question, M message) {
        try {
            return question.test(message);
        } catch (Throwable t) {
            telemetry.errors.add(site, t);
            return false;
        }
    }
}
