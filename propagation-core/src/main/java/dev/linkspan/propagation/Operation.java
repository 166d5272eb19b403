package dev.linkspan.propagation;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
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
        String destination;
        try {
            destination = adapter.destination(message);
        } catch (Throwable t) {
            telemetry.errors.add("adapter.destination", t);
            return unknown;
        }
        return at(destination, message);
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
        if (destinations.size() >= REMEMBERED_DESTINATIONS) {
            return made;
        }
        DestinationOperation first = destinations.putIfAbsent(destination, made);
        return first == null ? made : first;
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
