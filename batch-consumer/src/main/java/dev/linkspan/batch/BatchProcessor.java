package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.MessageFunction;
import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Processes many messages as one unit: one CONSUMER span, linked to all their producers, within bounds.
 *
 * <pre>{@code
 * BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
 * KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
 *
 * orders.process(consumer.poll(timeout), batch -> batch.forEach(this::handle), settlement::settle);
 * }</pre>
 *
 * <p>The span has a link per producer, at most as many as policy says, and {@code messaging.batch.message_count}. Its status
 * is ERROR if the batch failed as a whole: the handler threw, or said so ({@link Batch#fail(Throwable)}), or every message
 * failed ({@link BatchProcessorBuilder#errorShare}). It takes no message's baggage.
 *
 * <p>Immutable and thread-safe. No method throws because of telemetry. A batch without messages makes no span, and its
 * handler is not called.
 *
 * @param <M> the message type
 */
public final class BatchProcessor<M> {

    private final MessageTracer<M> tracer;
    private final int failureEvents;
    private final double errorShare;

    BatchProcessor(MessageTracer<M> tracer, int failureEvents, double errorShare) {
        this.tracer = tracer;
        this.failureEvents = failureEvents;
        this.errorShare = errorShare;
    }

    /**
     * With all settings at their defaults.
     *
     * @param tracer the tracer over the messages, such as {@code kafka.records(consumer)}
     * @throws NullPointerException if tracer is null
     */
    public static <M> BatchProcessor<M> create(MessageTracer<M> tracer) {
        return builder(tracer).build();
    }

    /**
     * To change settings.
     *
     * @param tracer the tracer over the messages, such as {@code kafka.records(consumer)}
     * @throws NullPointerException if tracer is null
     */
    public static <M> BatchProcessorBuilder<M> builder(MessageTracer<M> tracer) {
        return new BatchProcessorBuilder<>(
                requireNonNull(tracer, "tracer must not be null, such as kafka.records(consumer)"));
    }

    /**
     * Runs the handler inside the batch's span.
     *
     * @param messages iterated once; the batch keeps a list of its own
     * @return what succeeded and what failed
     * @throws X what the handler throws, the same object; there is no result then, and the client does not know that these
     *     messages were not handled: {@link #process(Iterable, MessageHandler, BatchSettlement)} tells it
     */
    public <X extends Throwable> BatchResult<M> process(
            Iterable<? extends M> messages, MessageHandler<? super Batch<M>, X> handler) throws X {
        requireNonNull(handler, "handler must not be null");
        List<M> list = tracer.listOf(messages);
        if (list.isEmpty()) {
            return nothing();
        }
        Batch<M> batch = start(list);
        run(batch, handler);
        return batch.end();
    }

    /**
     * Runs the handler inside the batch's span, then settles by the result, in the context of that span. Where the handler
     * throws, no message succeeded: they are settled so, and come again.
     *
     * @param messages iterated once; the batch keeps a list of its own
     * @param settlement such as {@code KafkaSettlement.of(consumer)::settle}; not called for a batch without messages
     * @return what succeeded and what failed
     * @throws X what the handler throws, the same object; if the settlement then throws too, that is suppressed in it
     * @throws Y what the settlement throws, the same object
     */
    public <X extends Throwable, Y extends Throwable> BatchResult<M> process(
            Iterable<? extends M> messages,
            MessageHandler<? super Batch<M>, X> handler,
            BatchSettlement<M, Y> settlement)
            throws X, Y {
        requireNonNull(handler, "handler must not be null");
        requireNonNull(settlement, "settlement must not be null");
        List<M> list = tracer.listOf(messages);
        if (list.isEmpty()) {
            return nothing();
        }
        Batch<M> batch = start(list);
        try {
            run(batch, handler);
        } catch (Throwable t) {
            try (Scope scope = batch.makeCurrent()) {
                settlement.settle(list, message -> false);
            } catch (Throwable alsoFailed) {
                if (alsoFailed != t) {
                    t.addSuppressed(alsoFailed);
                }
            }
            throw t;
        }
        BatchResult<M> result = batch.end();
        result.settle(settlement);
        return result;
    }

    private static <M, X extends Throwable> void run(Batch<M> batch, MessageHandler<? super Batch<M>, X> handler)
            throws X {
        try (Scope scope = batch.makeCurrent()) {
            handler.handle(batch);
        } catch (Throwable t) {
            batch.end(t);
            throw t;
        }
    }

    /**
     * Runs the handler inside the batch's span, which ends when the handler's stage completes, exceptionally or not, or at
     * once if the handler returns null. The span is current only until the handler returns; on other threads
     * {@link Batch#makeCurrent()} makes it so. A stage that never completes leaves the span open: give it a timeout.
     *
     * <p>Settle on the thread that polls, before it polls again, also where the stage failed: then no message succeeded,
     * {@code settlement.settle(messages, message -> false)}. So that one message's failure is not all of theirs, let its own
     * stage end in {@link Batch#fail(Object, Throwable)}.
     *
     * @param messages iterated once; the batch keeps a list of its own
     * @return completes after the span has ended: with the result, or with what the stage failed with, the same object. To
     *     cancel it cancels the handler's stage, if that is a {@link CompletableFuture}
     * @throws X what the handler throws, the same object
     */
    public <X extends Throwable> CompletableFuture<BatchResult<M>> processAsync(
            Iterable<? extends M> messages,
            MessageFunction<? super Batch<M>, ? extends @Nullable CompletionStage<?>, X> handler)
            throws X {
        requireNonNull(handler, "handler must not be null");
        List<M> list = tracer.listOf(messages);
        if (list.isEmpty()) {
            return CompletableFuture.completedFuture(nothing());
        }
        Batch<M> batch = start(list);
        CompletableFuture<BatchResult<M>> result = new CompletableFuture<>();
        try {
            CompletionStage<?> stage;
            try (Scope scope = batch.makeCurrent()) {
                stage = handler.apply(batch);
            }
            if (stage == null) {
                result.complete(batch.end());
            } else {
                stage.whenComplete((value, error) -> complete(result, batch, error));
                passCancellation(result, stage);
            }
        } catch (Throwable t) {
            batch.end(t);
            throw t;
        }
        return result;
    }

    private static <M> void complete(
            CompletableFuture<BatchResult<M>> result, Batch<M> batch, @Nullable Throwable error) {
        try {
            if (error == null) {
                result.complete(batch.end());
            } else {
                batch.end(error);
                result.completeExceptionally(error);
            }
        } catch (Throwable fatal) {
            // out of memory: nobody would see it in the stage that is derived here
            result.completeExceptionally(fatal);
        }
    }

    private static void passCancellation(CompletableFuture<?> result, CompletionStage<?> stage) {
        if (stage instanceof CompletableFuture<?> future) {
            result.whenComplete((value, error) -> {
                if (result.isCancelled()) {
                    future.cancel(true);
                }
            });
        }
    }

    /** For messages that others brought than whoever processes them. */
    Scope makeRootCurrent() {
        return tracer.makeRootCurrent();
    }

    private Batch<M> start(List<M> messages) {
        return new Batch<>(tracer, tracer.startBatch(messages), messages, failureEvents, errorShare);
    }

    private static <M> BatchResult<M> nothing() {
        return new BatchResult<>(new Outcomes<>(List.of()), null);
    }
}
