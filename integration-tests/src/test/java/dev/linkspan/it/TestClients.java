package dev.linkspan.it;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/**
 * Names and bare clients of one broker for one test; {@link #close()} closes all clients. Every name starts with the
 * test's and is unique, so that tests share a broker and do not meet.
 */
public abstract class TestClients implements AutoCloseable {

    protected static final int AWAIT_SECONDS = 30;

    /** Brokers take 249 characters or more. */
    private static final int NAME_LENGTH = 150;

    private final String test;
    private final Deque<Runnable> closings = new ArrayDeque<>();

    protected TestClients(String test) {
        this.test = test.substring(0, Math.min(test.length(), NAME_LENGTH));
    }

    /** A name for whatever the broker has names for; nothing of that name is there. */
    public final String uniqueName() {
        return test + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** For what a framework makes over these clients, such as a container: it is stopped before them. */
    public final void onClose(Runnable stop) {
        closings.push(stop);
    }

    /** Closes the clients, the last one first. Those that the test has closed already do not mind. */
    @Override
    public final void close() {
        while (!closings.isEmpty()) {
            closings.pop().run();
        }
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.get(AWAIT_SECONDS, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
