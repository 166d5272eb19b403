package dev.linkspan.sqs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which messages may leave their queue, and which must come again. */
record SqsOutcome<M>(List<M> done, List<M> again) {

    private static final String FIFO = ".fifo";

    static boolean isFifo(@Nullable String queue) {
        return queue != null && queue.endsWith(FIFO);
    }

    /**
     * In a FIFO queue, what is behind a failure in its group comes again with it: it would otherwise be handled before it.
     *
     * @param succeeded asked once for each
     * @param group the message's group, as far as it is known; null in a queue that is not FIFO
     */
    static <M> SqsOutcome<M> of(
            Iterable<? extends M> messages,
            Predicate<? super M> succeeded,
            @Nullable Function<? super M, @Nullable String> group) {
        SqsOutcome<M> outcome = new SqsOutcome<>(new ArrayList<>(), new ArrayList<>());
        Set<String> failedGroups = new HashSet<>();
        boolean failedUnknown = false;
        for (M message : messages) {
            boolean done = succeeded.test(message);
            if (group != null) {
                String name = group.apply(message);
                // a message of no known group may be of any
                boolean behind =
                        failedUnknown || (name == null ? !failedGroups.isEmpty() : failedGroups.contains(name));
                if (!done && name != null) {
                    failedGroups.add(name);
                }
                failedUnknown |= !done && name == null;
                done &= !behind;
            }
            (done ? outcome.done : outcome.again).add(message);
        }
        return outcome;
    }
}
