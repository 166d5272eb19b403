package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.linkspan.propagation.MessageHandler;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of messages that a broker pushes one by one, by count and by age, and processes each as
 * {@link BatchProcessor#process(Iterable, MessageHandler, BatchSettlement)} does: one span, linked to all producers, then
 * settled by its result.
 *
 * <pre>{@code
 * BatchAccumulator<Delivery> orders = BatchAccumulator.builder(
 *                 BatchProcessor.create(rabbitMq.deliveries("orders")),
 *                 batch -> batch.forEach(this::handle),
 *                 RabbitMqSettlement.of(channel)::settle)
 *         .maxMessages(100)
 *         .maxAge(Duration.ofSeconds(1))
 *         .build();
 * channel.basicQos(200);
 * channel.basicConsume("orders", rabbitMq.handOff((tag, delivery) -> orders.accept(delivery), tag -> {}));
 * }</pre>
 *
 * <p>Nothing is acknowledged before the handler is done with it, so a process that dies loses nothing: what it held comes
 * again. To accept a message makes no span.
 *
 * <p><b>Threads.</b> Messages are accepted on any thread. The one that fills a batch processes it; a batch that is too old is
 * processed on a daemon thread of the accumulator's own, which ends when there is nothing to wait for. The handler is never
 * called for two batches at once. Messages keep the order in which they were accepted, within batches and over them.
 *
 * <p><b>Memory.</b> While a batch is processed, {@code maxMessages} more are kept, whatever the broker sends: then
 * {@link #accept} waits, and with it the client's thread. What the client itself holds is bounded by the prefetch or
 * max-ack-pending: make that at least twice {@code maxMessages}. With less than {@code maxMessages} no batch is ever full, and
 * each waits for its age.
 *
 * <p><b>Time.</b> A message stays unacknowledged for {@code maxAge} and then for as long as two batches take. The broker's
 * patience, such as the ack wait of NATS, must be longer, or the message is delivered again.
 *
 * <p><b>Context.</b> A batch belongs to none of those who brought its messages: it runs in the root context, and its span is a
 * root.
 *
 * <p>Thread-safe.
 *
 * @param <M> the message type
 */
public final class BatchAccumulator<M> implements AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(30);

    private final BatchProcessor<M> processor;
    private final MessageHandler<? super Batch<M>, ?> handler;
    private final BatchSettlement<M, ?> settlement;
    private final Consumer<? super Throwable> onError;
    private final LoggedFailures listenerFailures =
            new LoggedFailures("The error listener of a batch accumulator failed.");
    private final GatheredMessages<M> gathered;
    private final ScheduledThreadPoolExecutor clock = clock();

    BatchAccumulator(BatchAccumulatorBuilder<M> settings) {
        this.processor = settings.processor;
        this.handler = settings.handler;
        this.settlement = settings.settlement;
        this.onError = settings.onError;
        this.gathered = new GatheredMessages<>(
                settings.maxMessages,
                settings.maxAgeNanos,
                nanos -> clock.schedule(this::processOld, nanos, NANOSECONDS));
    }

    /**
     * To set what it gathers for, and for how long.
     *
     * @param processor over the messages of the client
     * @param handler called with each batch, inside its span; if it throws, no message of the batch succeeded
     * @param settlement such as {@code RabbitMqSettlement.of(channel)::settle}; called on the thread that processed the batch
     * @throws NullPointerException if an argument is null
     */
    public static <M> BatchAccumulatorBuilder<M> builder(
            BatchProcessor<M> processor,
            MessageHandler<? super Batch<M>, ?> handler,
            BatchSettlement<M, ?> settlement) {
        return new BatchAccumulatorBuilder<>(
                requireNonNull(processor, "processor must not be null, such as BatchProcessor.create(tracer)"),
                requireNonNull(handler, "handler must not be null"),
                requireNonNull(
                        settlement, "settlement must not be null, such as RabbitMqSettlement.of(channel)::settle"));
    }

    /**
     * Keeps a message for the next batch. If that is full now, processes it before it returns, which tells
     * {@link BatchAccumulatorBuilder#onError} of failures and throws none of them. Waits while a full batch is kept already;
     * an interrupt does not end that, for nobody else has the message, and is there when the method returns.
     *
     * @return false if the accumulator is closed: the message was not kept and is still unacknowledged, so it comes again once
     *     its channel or its ack wait ends. Not an exception, at which a client may close the channel that a last batch needs
     * @throws NullPointerException if message is null
     * @throws IllegalStateException if called by the handler, the settlement or the error listener of this accumulator
     * @throws VirtualMachineError what a handler or settlement threw, if it is one, unless it is a {@link StackOverflowError}:
     *     out of memory is not ours to hide
     */
    public boolean accept(M message) {
        if (!gathered.add(requireNonNull(message, "message must not be null"))) {
            return false;
        }
        process(gathered.takeFull());
        return true;
    }

    /** As {@link #close(Duration)} with 30 s, for those who need not know whether that was enough. */
    @Override
    public void close() {
        close(CLOSE_WITHIN);
    }

    /**
     * Accepts nothing more, processes what was accepted, and waits for that. Stop the deliveries before, and close the channel
     * or the connection after.
     *
     * <p>What the handler has not begun with when the time is over, or when the thread is interrupted, it is never called for;
     * it stays unacknowledged and comes again. A batch that runs then goes on to run.
     *
     * <p>The handler, the settlement and the error listener may call it too: it returns false at once, and the rest is
     * processed behind them.
     *
     * @param timeout zero or less: does not wait, and processes nothing more
     * @return whether all that was accepted is processed
     * @throws NullPointerException if timeout is null
     */
    public boolean close(Duration timeout) {
        long nanos = NANOSECONDS.convert(requireNonNull(timeout, "timeout must not be null"));
        gathered.close();
        if (gathered.isProcessedHere()) {
            clock.execute(this::processOld);
            return false;
        }
        if (nanos > 0 && !gathered.isExhausted()) {
            clock.execute(this::processOld);
        }
        boolean all = gathered.awaitProcessed(nanos);
        clock.shutdown();
        return all;
    }

    /** On the clock's thread, whose tasks would keep to themselves what they throw. */
    private void processOld() {
        try {
            process(gathered.takeOld());
        } catch (Throwable t) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        } finally {
            if (gathered.isExhausted()) {
                clock.shutdown();
            }
        }
    }

    private void process(@Nullable List<M> batch) {
        if (batch == null) {
            return;
        }
        try (Scope root = processor.makeRootCurrent()) {
            try {
                processor.process(batch, handler, settlement);
            } catch (Throwable t) {
                failed(t);
            }
        } finally {
            gathered.done();
        }
    }

    private void failed(Throwable error) {
        if (error instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        try {
            onError.accept(error);
        } catch (Throwable alsoFailed) {
            listenerFailures.accept(alsoFailed);
            throwIfFatal(alsoFailed);
        }
        throwIfFatal(error);
    }

    private static void throwIfFatal(Throwable error) {
        if (Batch.isFatal(error)) {
            throw (VirtualMachineError) error;
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    // nothing is inherited from whoever happens to bring the first message
                    Thread thread = new Thread(null, task, "linkspan-batch-accumulator", 0, false);
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        clock.setKeepAliveTime(1, SECONDS);
        clock.allowCoreThreadTimeOut(true);
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return clock;
    }
}
