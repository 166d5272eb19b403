package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import java.util.List;

/**
 * What the handler of a {@link BatchProcessor} gets: the messages, and ways to say which of them failed. A message about
 * which nothing was said has succeeded.
 *
 * <p>Messages are told apart by identity, not by {@code equals}. Thread-safe: a handler may spread the work over threads, if
 * it waits for them.
 *
 * @param <M> the message type
 */
public final class Batch<M> {

    private final MessageTracer<M> tracer;
    private final MessageSpan span;
    private final Outcomes<M> outcomes;
    private final int failureEvents;
    private final double errorShare;
    private volatile boolean failedAsAWhole;

    Batch(MessageTracer<M> tracer, MessageSpan span, List<M> messages, int failureEvents, double errorShare) {
        this.tracer = tracer;
        this.span = span;
        this.outcomes = new Outcomes<>(messages);
        this.failureEvents = failureEvents;
        this.errorShare = errorShare;
    }

    /** The messages, in the order in which they were passed; unmodifiable. */
    public List<M> messages() {
        return outcomes.messages();
    }

    /**
     * Calls a handler for each message that has not failed yet, in order. What it throws fails that message alone
     * ({@link #fail(Object, Throwable)}), and the next is handled.
     *
     * <p>Three things are not a message's fault and come out, so that the rest is not tried: an
     * {@link InterruptedException}, anything thrown while the thread is interrupted, and a {@link VirtualMachineError}
     * other than a {@link StackOverflowError}.
     *
     * @throws X what came out, the same object
     * @throws IllegalStateException if the batch has ended
     */
    public <X extends Throwable> void forEach(MessageHandler<? super M, X> handler) throws X {
        requireNonNull(handler, "handler must not be null");
        outcomes.requireOpen(null);
        for (M message : outcomes.messages()) {
            if (outcomes.failed(message)) {
                continue;
            }
            try {
                handler.handle(message);
            } catch (Throwable t) {
                if (isNoFaultOfTheMessage(t)) {
                    throw t;
                }
                fail(message, t);
            }
        }
    }

    private static boolean isNoFaultOfTheMessage(Throwable error) {
        return error instanceof InterruptedException || Thread.currentThread().isInterrupted() || isFatal(error);
    }

    /** Of all errors of the JVM, a message can only cause a stack overflow. */
    static boolean isFatal(Throwable error) {
        return error instanceof VirtualMachineError && !(error instanceof StackOverflowError);
    }

    /**
     * Says that one message failed. The first few failures become events of the span, with what identifies the message; all
     * are counted. If a message fails twice, the first error stands.
     *
     * @param message the very object that the batch holds
     * @throws IllegalArgumentException if it is none of the batch's messages
     * @throws IllegalStateException if the batch has ended: its result says already that the message succeeded
     */
    public void fail(M message, Throwable error) {
        requireNonNull(error, "error must not be null");
        int failure = outcomes.fail(message, error);
        if (failure > 0 && failure <= failureEvents) {
            tracer.failed(span, message, error);
        }
    }

    /**
     * Says that the batch failed as a whole, such as a transaction that was rolled back: every message fails, and the span
     * gets status ERROR. The handler may return normally; its result says that all failed.
     *
     * @throws IllegalStateException if the batch has ended
     */
    public void fail(Throwable error) {
        requireNonNull(error, "error must not be null");
        outcomes.failAll(error);
        failedAsAWhole = true;
        span.error(error);
    }

    /**
     * The context that a message's producer put into it, to link a span of that one message to:
     * {@code tracer.spanBuilder("price").addLink(batch.origin(order))}.
     *
     * @return invalid if the message brought none; {@code addLink} leaves such a link out
     */
    public SpanContext origin(M message) {
        return tracer.origin(message);
    }

    /**
     * Makes the batch's span current on a thread other than the handler's, where it is current already.
     *
     * @return closes without throwing; close it on the same thread, before the batch ends
     */
    public Scope makeCurrent() {
        return span.makeCurrent();
    }

    /** Ends the span; nothing more may be said of the messages. */
    BatchResult<M> end() {
        outcomes.end();
        int failed = outcomes.only(true).size();
        Throwable first = outcomes.first();
        if (!failedAsAWhole && first != null && failed / (double) messages().size() >= errorShare) {
            // the event of each failure is there; a status without the text of one message says more of all
            span.error(first, failed + " of " + messages().size() + " messages failed");
        }
        close(failed);
        return new BatchResult<>(outcomes, span);
    }

    /** Ends the span of a batch whose handler failed. */
    void end(Throwable error) {
        outcomes.end();
        span.error(error);
        close(outcomes.only(true).size());
    }

    private void close(int failed) {
        if (failed > 0) {
            span.put(BatchAttributes.FAILED_COUNT, (long) failed);
        }
        span.close();
    }
}
