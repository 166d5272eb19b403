package dev.linkspan.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What an accumulator has accepted and not yet begun to process, and whose turn it is to process. Whoever takes a batch calls
 * {@link #done()} after it; until then nobody else gets one. Nothing of the application runs under its lock.
 */
final class GatheredMessages<M> {

    private final int maxMessages;
    private final long maxAgeNanos;
    private final LongConsumer alarm;

    private final ReentrantLock lock = new ReentrantLock();
    /** A batch was taken, is done, or there will be no more. */
    private final Condition changed = lock.newCondition();

    /** Replaced when it is taken: whoever waits for a turn sees by its identity that somebody else had it. */
    private List<M> pending = new ArrayList<>();

    private long oldestNanos;
    private boolean alarmIsSet;
    private @Nullable Thread processing;
    private boolean closed;
    private boolean abandoned;

    /** @param alarm calls {@link #takeOld()} after so many nanoseconds, on a thread that may wait */
    GatheredMessages(int maxMessages, long maxAgeNanos, LongConsumer alarm) {
        this.maxMessages = maxMessages;
        this.maxAgeNanos = maxAgeNanos;
        this.alarm = alarm;
    }

    /**
     * Waits for room.
     *
     * @return false if closed, also while it waited; then the message is not kept
     */
    boolean add(M message) {
        lock.lock();
        try {
            if (isProcessedHere()) {
                throw new IllegalStateException(
                        "a batch's handler, settlement or error listener called accept of its own"
                                + " accumulator; where that is full it would wait for itself");
            }
            while (!closed && pending.size() == maxMessages) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            // before the message is kept: no thread for it, no message
            if (!alarmIsSet) {
                alarm.accept(maxAgeNanos);
                alarmIsSet = true;
            }
            if (pending.isEmpty()) {
                oldestNanos = System.nanoTime();
            }
            pending.add(message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The batch to process now, if one is full; waits for the one that is being processed. */
    @Nullable
    List<M> takeFull() {
        lock.lock();
        try {
            return pending.size() == maxMessages ? takeInTurn() : null;
        } finally {
            lock.unlock();
        }
    }

    /** The batch to process now, if one is old, or the last; waits for the one that is being processed. */
    @Nullable
    List<M> takeOld() {
        lock.lock();
        boolean again = false;
        try {
            alarmIsSet = true;
            while (!pending.isEmpty()) {
                long left = maxAgeNanos - (System.nanoTime() - oldestNanos);
                if (left > 0 && !closed) {
                    alarm.accept(left);
                    again = true;
                    return null;
                }
                List<M> batch = takeInTurn();
                if (batch != null) {
                    return batch;
                }
            }
            return null;
        } finally {
            alarmIsSet = again;
            lock.unlock();
        }
    }

    private @Nullable List<M> takeInTurn() {
        List<M> mine = pending;
        while (processing != null && pending == mine) {
            changed.awaitUninterruptibly();
        }
        if (pending != mine) {
            return null;
        }
        processing = Thread.currentThread();
        pending = new ArrayList<>();
        changed.signalAll();
        return mine;
    }

    void done() {
        lock.lock();
        try {
            processing = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this thread is the one that processes. */
    boolean isProcessedHere() {
        lock.lock();
        try {
            return processing == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more messages. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether closed, and nothing is left to take. */
    boolean isExhausted() {
        lock.lock();
        try {
            return closed && pending.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all that was accepted is processed, after {@link #close()}. If it is not in time, or the thread is
     * interrupted, what nobody began to process never will be.
     *
     * @return whether all was
     */
    boolean awaitProcessed(long nanos) {
        lock.lock();
        try {
            awaitNothingLeft(nanos);
            abandoned |= !pending.isEmpty();
            pending = new ArrayList<>();
            changed.signalAll();
            return processing == null && !abandoned;
        } finally {
            lock.unlock();
        }
    }

    private void awaitNothingLeft(long nanos) {
        long left = nanos;
        try {
            while ((processing != null || !pending.isEmpty()) && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
