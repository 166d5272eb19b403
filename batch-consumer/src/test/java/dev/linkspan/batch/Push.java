package dev.linkspan.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A thread of a client, which pushes one message after the other, or does what else one does. */
final class Push {

    private final List<Boolean> answers = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile @Nullable Throwable thrown;
    private volatile boolean interrupted;

    private Push(Consumer<List<Boolean>> work) {
        thread = new Thread(() -> {
            try {
                work.accept(answers);
            } catch (Throwable t) {
                thrown = t;
            }
            interrupted = Thread.currentThread().isInterrupted();
        });
        thread.setDaemon(true);
        thread.start();
    }

    static Push start(BatchAccumulator<Order> accumulator, List<Order> messages) {
        return new Push(answers -> messages.forEach(message -> answers.add(accumulator.accept(message))));
    }

    static Push run(Runnable work) {
        return new Push(answers -> work.run());
    }

    /** The thread that closes it, with what {@code close} returned as its answer. */
    static Push close(BatchAccumulator<Order> accumulator) {
        return new Push(answers -> answers.add(accumulator.close(Duration.ofSeconds(50))));
    }

    Thread thread() {
        return thread;
    }

    /** What each {@code accept} returned, as far as it did. */
    List<Boolean> answers() {
        return answers;
    }

    boolean endedInterrupted() {
        return interrupted;
    }

    /** Until it waits inside the accumulator: for room, for its turn to process, or for the end. */
    void awaitBlocked() {
        await().until(() -> Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith("ConditionObject")));
    }

    void awaitEnd() {
        await().until(() -> !thread.isAlive());
        assertThat(thrown).isNull();
    }
}
