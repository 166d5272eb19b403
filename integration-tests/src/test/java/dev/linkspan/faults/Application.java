package dev.linkspan.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends all messages, then polls, handles and settles until it has them back.
 *
 * @param <O> what it sends
 * @param <M> what it receives
 */
public abstract class Application<O, M> implements AutoCloseable {

    protected final Fault fault;
    protected final Observation seen;

    protected Application(Fault fault, Observation seen) {
        this.fault = fault;
        this.seen = seen;
    }

    /** The message, as the application makes it. */
    protected abstract O outgoing(int id, List<Header> headers);

    /** What one can see of a message, to find that nobody changed it. */
    protected abstract String describe(O message);

    /** The client's {@code send}; acknowledgements go to {@link Observation#acknowledged}. */
    protected abstract void send(O message, int id) throws Throwable;

    /** Until every send is answered, or never will be. Returns why the client's thread died, if it did. */
    protected abstract @Nullable Throwable awaitAnswers();

    /** The next messages; empty only when no more will come. */
    protected abstract List<M> poll() throws Throwable;

    /** Handles and settles what one poll brought, each call by {@link Observation#call}. */
    protected abstract void consume(List<M> messages);

    @Override
    public void close() {}

    /** Runs the handler that the fault has. */
    protected final void handle(int id) throws Throwable {
        seen.handle(id, () -> fault.handler.handle(id));
    }

    /** What the application's own tracing does before a send; see {@link Tracing#sending}. */
    protected final <H> Runnable sending(Tracing<H> tracing, H headers) {
        if (fault.sentElsewhere) {
            return () -> {};
        }
        return fault.nested ? tracing.sendingTwice(headers) : tracing.sending(headers);
    }

    final void run() {
        for (int round = 1; round <= fault.rounds; round++) {
            runOnce();
            fault.afterRound.accept(round);
        }
    }

    private void runOnce() {
        if (fault.oneMessage) {
            sendOneFromManyThreads();
        } else {
            for (int id = 0; id < fault.messages; id++) {
                send(outgoing(id, headers(id)), id, "send " + id);
            }
        }
        seen.networkDeath = awaitAnswers();
        List<M> messages = next();
        while (!messages.isEmpty()) {
            consume(messages);
            messages = next();
        }
    }

    private List<M> next() {
        List<M> messages = new ArrayList<>();
        seen.call("poll", () -> messages.addAll(poll()));
        return messages;
    }

    private void send(O message, int id, String place) {
        String before = describe(message);
        seen.call(place, () -> send(message, id));
        if (!describe(message).equals(before)) {
            seen.disturbed.add("message " + id + " was " + before + " and is " + describe(message));
        }
    }

    private void sendOneFromManyThreads() {
        O message = outgoing(0, headers(0));
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < fault.threads; thread++) {
            int number = thread;
            threads.add(new Thread(() -> {
                for (int i = 0; i < fault.messages; i++) {
                    send(message, 0, "send " + number + " " + i);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Done as the answer is, once the application was told: a future is done before those who wait for it know. */
    protected static <T> CompletableFuture<T> told(
            CompletableFuture<T> answer, Consumer<@Nullable Throwable> application) {
        CompletableFuture<T> told = new CompletableFuture<>();
        answer.whenComplete((value, failure) -> {
            try {
                application.accept(failure);
            } finally {
                if (failure == null) {
                    told.complete(value);
                } else {
                    told.completeExceptionally(failure);
                }
            }
        });
        return told;
    }

    private List<Header> headers(int id) {
        return new ArrayList<>(fault.headers.apply(id));
    }
}
