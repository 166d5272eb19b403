package dev.linkspan.propagation;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One operation of one client, over all its destinations. */
final class Operation<M> {

    /** Destinations beyond these are worked out anew each time: their number is up to the application's data. */
    private static final int REMEMBERED_DESTINATIONS = 1000;

    final MessagingTelemetry telemetry;
    final Instruments instruments;
    final String system;
    final ClientFacts facts;
    final Semconv.Type type;
    final String name;
    final boolean writesOldNames;
    private final MessageAdapter<? super M, ?> adapter;
    private final ConcurrentHashMap<String, DestinationOperation> destinations = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Operation<M>> siblings = new ConcurrentHashMap<>();
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

    /** The same operation under another of the broker's names; there are few. */
    Operation<M> named(String otherName) {
        return otherName.equals(name)
                ? this
                : siblings.computeIfAbsent(otherName, n -> new Operation<>(telemetry, adapter, facts, type, n));
    }

    /** Where no single destination is known. */
    DestinationOperation unknown() {
        return unknown;
    }

    DestinationOperation of(M message) {
        try {
            return at(adapter.destination(message), message);
        } catch (Throwable t) {
            telemetry.errors.add("adapter.destination", t);
            return unknown;
        }
    }

    DestinationOperation at(@Nullable String destination, @Nullable M message) {
        if (destination == null) {
            return unknown;
        }
        DestinationOperation known = destinations.get(destination);
        if (known != null) {
            return known;
        }
        DestinationOperation made = make(destination, message);
        if (destinations.size() < REMEMBERED_DESTINATIONS) {
            destinations.put(destination, made);
        }
        return made;
    }

    private DestinationOperation make(String destination, @Nullable M message) {
        MessagingPolicy policy = telemetry.policy(destination);
        String template = policy.destinationTemplate.apply(destination);
        if (message == null) {
            return new DestinationOperation(this, destination, template, false, false, policy);
        }
        return new DestinationOperation(
                this,
                destination,
                template != null ? template : adapter.destinationTemplate(message),
                adapter.temporary(message),
                adapter.anonymous(message),
                policy);
    }
}
