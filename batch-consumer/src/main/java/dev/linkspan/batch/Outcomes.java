package dev.linkspan.batch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a batch failed. A message is itself and no other that equals it: two equal orders are two orders.
 * Thread-safe.
 */
final class Outcomes<M> {

    private final List<M> messages;
    private final IdentityHashMap<M, Throwable> failures = new IdentityHashMap<>();
    /** Made when it is first asked for, which a batch that is not settled by result never does. */
    private @Nullable IdentityHashMap<M, Boolean> members;

    private @Nullable Throwable first;
    private boolean ended;

    /** @param messages never changed by anyone */
    Outcomes(List<M> messages) {
        this.messages = messages;
    }

    /** The messages in their order; unmodifiable. */
    List<M> messages() {
        return messages;
    }

    /**
     * Marks a message as failed, unless it is already.
     *
     * @return the how many-th failure this is, from 1; 0 if the message had failed before
     */
    synchronized int fail(M message, Throwable error) {
        requireOpen(error);
        if (!isMember(message)) {
            throw new IllegalArgumentException(
                    "not a message of this batch; pass the very object that the batch holds, not a copy: "
                            + nameOf(message),
                    error);
        }
        return add(message, error) ? failures.size() : 0;
    }

    synchronized void failAll(Throwable error) {
        requireOpen(error);
        messages.forEach(message -> add(message, error));
    }

    private boolean add(M message, Throwable error) {
        first = first == null ? error : first;
        return failures.putIfAbsent(message, error) == null;
    }

    synchronized void end() {
        ended = true;
    }

    synchronized void requireOpen(@Nullable Throwable cause) {
        if (ended) {
            throw new IllegalStateException(
                    "the batch has ended and its result was handed out; finish all work on it before the handler returns"
                            + " or its stage completes",
                    cause);
        }
    }

    /** The failure that came first in time. */
    synchronized @Nullable Throwable first() {
        return first;
    }

    synchronized @Nullable Throwable error(@Nullable M message) {
        return failures.get(message);
    }

    synchronized boolean succeeded(@Nullable M message) {
        return isMember(message) && !failures.containsKey(message);
    }

    synchronized boolean failed(M message) {
        return failures.containsKey(message);
    }

    /** In message order. */
    synchronized List<M> only(boolean failed) {
        if (failures.isEmpty()) {
            return failed ? List.of() : messages;
        }
        List<M> found = new ArrayList<>();
        for (M message : messages) {
            if (failures.containsKey(message) == failed) {
                found.add(message);
            }
        }
        return Collections.unmodifiableList(found);
    }

    private boolean isMember(@Nullable M message) {
        IdentityHashMap<M, Boolean> known = members;
        if (known == null) {
            known = new IdentityHashMap<>(messages.size());
            for (M member : messages) {
                known.put(member, true);
            }
            members = known;
        }
        return known.containsKey(message);
    }

    private static String nameOf(@Nullable Object message) {
        return message == null ? "null" : message.getClass().getName();
    }
}
