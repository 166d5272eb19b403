package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What all builders of telemetry can set: policies. The builders of the broker modules are its subclasses; their
 * documentation says what a destination is there, if that is more than the name of a topic, queue or subject. Rejects wrong
 * values at once. Not thread-safe.
 *
 * @param <B> the subclass
 */
public abstract class PolicyBuilder<B extends PolicyBuilder<B>> {

    private final MessagingTelemetry shared;
    private Policies policies;

    /**
     * For subclasses: begins with all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    protected PolicyBuilder(OpenTelemetry openTelemetry) {
        this(new MessagingTelemetry(requireNonNull(
                openTelemetry, "openTelemetry must not be null; use OpenTelemetry.noop() to turn telemetry off")));
    }

    /**
     * For subclasses: begins with the policies of settings that are shared with other brokers. What is set here comes on top
     * of them, and changes nothing for the others.
     *
     * @throws NullPointerException if messaging is null
     */
    protected PolicyBuilder(MessagingTelemetry messaging) {
        this.shared =
                requireNonNull(messaging, "messaging must not be null; use MessagingTelemetry.create(openTelemetry)");
        this.policies = messaging.policies;
    }

    /**
     * Changes the policy for all destinations: {@code policy(p -> p.maxLinks(64))}.
     *
     * @throws NullPointerException if the change is null or returns null
     */
    public final B policy(UnaryOperator<MessagingPolicy> change) {
        policies = policies.withForAll(
                changed(requireNonNull(change, "change must be a function such as p -> p.maxLinks(64)")));
        return self();
    }

    /**
     * Changes the policy for one destination, on top of the policy for all.
     *
     * @param destination its name as {@code messaging.destination.name} has it, compared exactly
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public final B policy(String destination, UnaryOperator<MessagingPolicy> change) {
        return policy(requireNonNull(destination, "destination must be a name")::equals, change);
    }

    /**
     * Changes the policy for some destinations, on top of the policy for all. Where several apply, they do so in the order
     * in which they were added.
     *
     * @param destinations asked about once per destination name; must follow from that name alone
     * @throws NullPointerException if an argument is null, or if the change returns null
     */
    public final B policy(Predicate<String> destinations, UnaryOperator<MessagingPolicy> change) {
        requireNonNull(destinations, "destinations must be a predicate on destination names");
        changed(requireNonNull(change, "change must be a function such as p -> p.relation(Relation.PARENT)"));
        policies = policies.with(new Policies.Change(destinations, change));
        return self();
    }

    /** For subclasses: telemetry with the policies so far; what was shared, itself, if none was set. */
    protected final MessagingTelemetry buildMessaging() {
        return shared.with(policies);
    }

    /** Applied here too when only some destinations get it, so that a wrong value is told now and not with a message. */
    private MessagingPolicy changed(UnaryOperator<MessagingPolicy> change) {
        return requireNonNull(
                change.apply(policies.forAll()), "the change returned null; it must return the policy that applies");
    }

    @SuppressWarnings("unchecked") // B is the subclass
    private B self() {
        return (B) this;
    }
}
