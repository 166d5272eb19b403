package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which policy holds for which destination: the one for all, and what changes it for some, in this order. */
record Policies(MessagingPolicy forAll, List<Change> changes) {

    static final Policies DEFAULT = new Policies(MessagingPolicy.DEFAULT, List.of());

    Policies withForAll(MessagingPolicy policy) {
        return new Policies(policy, changes);
    }

    Policies with(Change change) {
        List<Change> more = new ArrayList<>(changes);
        more.add(change);
        return new Policies(forAll, List.copyOf(more));
    }

    /** @param destination null for operations over several */
    MessagingPolicy of(@Nullable String destination, TelemetryErrors errors) {
        MessagingPolicy policy = forAll;
        if (destination != null) {
            for (Change change : changes) {
                policy = change.on(destination, policy, errors);
            }
        }
        return policy;
    }

    record Change(Predicate<String> destinations, UnaryOperator<MessagingPolicy> change) {

        MessagingPolicy on(String destination, MessagingPolicy policy, TelemetryErrors errors) {
            try {
                return destinations.test(destination)
                        ? requireNonNull(change.apply(policy), "the change of policy returned null")
                        : policy;
            } catch (Throwable t) {
                errors.add("policy", t);
                return policy;
            }
        }
    }
}
