package dev.linkspan.batch;

import static org.awaitility.Awaitility.await;

import dev.linkspan.propagation.MessageHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A handler and a settlement that keep what they get, and may be held up. */
final class Gathered implements MessageHandler<Batch<Order>, Exception> {

    private final List<List<Order>> batches = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Order> acknowledged = new CopyOnWriteArrayList<>();
    private final List<Order> givenBack = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public void handle(Batch<Order> batch) throws InterruptedException {
        mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
        batches.add(batch.messages());
        threads.add(Thread.currentThread());
        try {
            gate.await();
        } finally {
            running.decrementAndGet();
        }
    }

    void settle(List<Order> messages, Predicate<? super Order> succeeded) {
        for (Order message : messages) {
            (succeeded.test(message) ? acknowledged : givenBack).add(message);
        }
    }

    /** From now on the handler does not return until {@link #release()}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    /** Lets the batch that is held go, and holds the next. */
    void releaseOne() {
        CountDownLatch held = gate;
        hold();
        held.countDown();
    }

    void release() {
        gate.countDown();
    }

    void awaitBatches(int count) {
        await().until(() -> batches.size() >= count);
    }

    void awaitAcknowledged(int count) {
        await().until(() -> acknowledged.size() >= count);
    }

    List<List<Order>> batches() {
        return batches;
    }

    /** The thread of each batch. */
    List<Thread> threads() {
        return threads;
    }

    List<Order> acknowledged() {
        return acknowledged;
    }

    List<Order> givenBack() {
        return givenBack;
    }

    int mostAtOnce() {
        return mostAtOnce.get();
    }
}
