package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.linkspan.propagation.MessageHandler;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Makes a {@link BatchAccumulator}. Not thread-safe.
 *
 * @param <M> the message type
 */
public final class BatchAccumulatorBuilder<M> {

    private static final int MOST_MESSAGES = 10_000;

    final BatchProcessor<M> processor;
    final MessageHandler<? super Batch<M>, ?> handler;
    final BatchSettlement<M, ?> settlement;
    int maxMessages = 100;
    long maxAgeNanos = NANOSECONDS.convert(Duration.ofSeconds(1));
    Consumer<? super Throwable> onError = new LoggedFailures(
            "The handler or the settlement of a batch failed; what was not acknowledged comes again.");

    BatchAccumulatorBuilder(
            BatchProcessor<M> processor,
            MessageHandler<? super Batch<M>, ?> handler,
            BatchSettlement<M, ?> settlement) {
        this.processor = processor;
        this.handler = handler;
        this.settlement = settlement;
    }

    /**
     * With how many messages a batch is processed at once; 100 by default. While it is, as many more are kept. A prefetch, or
     * max-ack-pending, of twice as many lets the next batch gather meanwhile; with less than as many no batch is ever full.
     *
     * @throws IllegalArgumentException if not 1 to 10,000
     */
    public BatchAccumulatorBuilder<M> maxMessages(int count) {
        if (count < 1 || count > MOST_MESSAGES) {
            throw new IllegalArgumentException("maxMessages must be 1 to " + MOST_MESSAGES + ", not " + count);
        }
        maxMessages = count;
        return this;
    }

    /**
     * For how long the first message of a batch waits for others; 1 s by default. It waits longer while another batch is
     * processed.
     *
     * @throws IllegalArgumentException if not positive
     */
    public BatchAccumulatorBuilder<M> maxAge(Duration age) {
        requireNonNull(age, "age must not be null");
        if (age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException("maxAge must be positive, not " + age);
        }
        maxAgeNanos = NANOSECONDS.convert(age);
        return this;
    }

    /**
     * Is told what a handler or a settlement threw, the same object, after everything was settled: neither {@code accept} nor
     * the client learns of it. By default it is logged through {@code java.util.logging}, at most once a minute. It is called on
     * the thread that processed the batch; what it throws itself is logged so.
     */
    public BatchAccumulatorBuilder<M> onError(Consumer<? super Throwable> listener) {
        onError = requireNonNull(listener, "listener must not be null");
        return this;
    }

    /** An accumulator with these settings. It has no thread until the first message. */
    public BatchAccumulator<M> build() {
        return new BatchAccumulator<>(this);
    }
}
