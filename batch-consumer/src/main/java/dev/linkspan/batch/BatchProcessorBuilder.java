package dev.linkspan.batch;

import dev.linkspan.propagation.MessageTracer;

/**
 * Makes a {@link BatchProcessor}. Not thread-safe.
 *
 * @param <M> the message type
 */
public final class BatchProcessorBuilder<M> {

    private static final int MAX_FAILURE_EVENTS = 128;

    private final MessageTracer<M> tracer;
    private int failureEvents = 10;
    private double errorShare = 1;

    BatchProcessorBuilder(MessageTracer<M> tracer) {
        this.tracer = tracer;
    }

    /**
     * How many failed messages of a batch become events of its span, the first ones; 10 by default. All are counted in
     * {@code linkspan.batch.failed_count}.
     *
     * @throws IllegalArgumentException if not 0 to 128, which is the SDK's limit
     */
    public BatchProcessorBuilder<M> failureEvents(int atMost) {
        if (atMost < 0 || atMost > MAX_FAILURE_EVENTS) {
            throw new IllegalArgumentException("failureEvents must be 0 to " + MAX_FAILURE_EVENTS + ", not " + atMost);
        }
        failureEvents = atMost;
        return this;
    }

    /**
     * The share of failed messages from which on a batch counts as failed and its span gets status ERROR; 1 by default: all of
     * them. 0.1 is one in ten; 0 is any failure.
     *
     * @throws IllegalArgumentException if not 0 to 1
     */
    public BatchProcessorBuilder<M> errorShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("errorShare must be 0 to 1, not " + share);
        }
        errorShare = share;
        return this;
    }

    /** The processor with these settings. */
    public BatchProcessor<M> build() {
        return new BatchProcessor<>(tracer, failureEvents, errorShare);
    }
}
