package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessageSpan;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a batch succeeded and which failed, and the context of the batch's span, so that settling them later
 * still belongs to it. Immutable and thread-safe.
 *
 * @param <M> the message type
 */
public final class BatchResult<M> {

    private final Outcomes<M> outcomes;
    /** Null for a batch without messages. */
    private final @Nullable MessageSpan span;

    BatchResult(Outcomes<M> outcomes, @Nullable MessageSpan span) {
        this.outcomes = outcomes;
        this.span = span;
    }

    /** All messages, in their order; unmodifiable. */
    public List<M> messages() {
        return outcomes.messages();
    }

    /** The messages that did not fail, in their order; unmodifiable. */
    public List<M> succeeded() {
        return outcomes.only(false);
    }

    /** The messages that failed, in their order; unmodifiable. */
    public List<M> failed() {
        return outcomes.only(true);
    }

    /**
     * Whether a message was handled and did not fail. The predicate by which to settle.
     *
     * @param message the very object that the batch held; false for any other, even an equal one
     */
    public boolean succeeded(M message) {
        return outcomes.succeeded(message);
    }

    /** What a message failed with; null if it did not, or is none of the batch's. */
    public @Nullable Throwable error(M message) {
        return outcomes.error(message);
    }

    /**
     * Settles the messages by this result in the context of the batch, so that the settle spans are children of its span:
     * {@code result.settle(KafkaSettlement.of(consumer)::settle)}. Does nothing for a batch without messages.
     *
     * @throws X what the settlement throws, the same object
     */
    public <X extends Throwable> void settle(BatchSettlement<M, X> settlement) throws X {
        requireNonNull(settlement, "settlement must not be null");
        if (messages().isEmpty()) {
            return;
        }
        try (Scope scope = makeCurrent()) {
            settlement.settle(messages(), this::succeeded);
        }
    }

    /** The context of the batch, whose span has ended; the root context for a batch without messages. */
    public Context context() {
        return span == null ? Context.root() : span.context();
    }

    /**
     * Makes {@link #context()} current on this thread, to settle by hand.
     *
     * @return closes without throwing; close it on the same thread
     */
    public Scope makeCurrent() {
        return span == null ? Scope.noop() : span.makeCurrent();
    }
}
