package dev.linkspan.faults;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A client's own thread, which calls the application back, and dies of what a callback throws. */
final class Network implements AutoCloseable {

    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final AtomicLong pending = new AtomicLong();
    private final boolean survivesExceptions;
    private final Thread thread = new Thread(this::run, "network");
    private volatile boolean closed;
    private volatile @Nullable Throwable death;

    /** @param survivesExceptions as Kafka's, which dies of Errors alone */
    Network(boolean survivesExceptions) {
        this.survivesExceptions = survivesExceptions;
        thread.setDaemon(true);
        thread.start();
    }

    void submit(Runnable task) {
        pending.incrementAndGet();
        tasks.add(task);
    }

    /** Why it is dead; null while it lives. */
    @Nullable
    Throwable death() {
        return death;
    }

    /** Until all is done, or never will be. */
    void awaitIdle() {
        long deadline = System.nanoTime() + PATIENCE;
        while (pending.get() > 0 && death == null) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(pending.get() + " tasks are still not done");
            }
            pause();
        }
    }

    private synchronized void pause() {
        try {
            wait(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run() {
        try {
            while (!closed) {
                Runnable task = tasks.poll(20, TimeUnit.MILLISECONDS);
                if (task != null) {
                    run(task);
                    pending.decrementAndGet();
                }
            }
        } catch (Throwable t) {
            death = t;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Exception e) {
            if (!survivesExceptions) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
