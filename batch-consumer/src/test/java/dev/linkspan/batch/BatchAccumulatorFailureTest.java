package dev.linkspan.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails in a batch does not come out of accept, and stops no other batch. */
@Timeout(60)
class BatchAccumulatorFailureTest {

    private static final int FULL = 1;
    private static final int NEVER_FULL = 1_000;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final Logger logger = Logger.getLogger("dev.linkspan");
    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
            logged.add(logRecord);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final Gathered gathered = new Gathered();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<BatchAccumulator<Order>> made = new ArrayList<>();
    private final Thread.UncaughtExceptionHandler usual = Thread.getDefaultUncaughtExceptionHandler();

    @BeforeEach
    void watch_the_log() {
        logger.addHandler(log);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void all_is_closed() {
        made.forEach(BatchAccumulator::close);
        logger.removeHandler(log);
        logger.setUseParentHandlers(true);
        Thread.setDefaultUncaughtExceptionHandler(usual);
    }

    @ParameterizedTest
    @ValueSource(ints = {FULL, NEVER_FULL})
    void listener_gets_what_the_handler_threw_after_all_was_given_back_and_the_next_batch_is_processed(
            int maxMessages) {
        IOException failure = new IOException("disk full");
        List<Integer> givenBackBefore = new CopyOnWriteArrayList<>();
        BatchAccumulator<Order> orders = accumulator(maxMessages, failsWith(failure), gathered::settle, error -> {
            givenBackBefore.add(gathered.givenBack().size());
            errors.add(error);
        });
        assertThat(orders.accept(Order.from(1))).isTrue();
        await().until(() -> errors.size() == 1);
        assertThat(errors.get(0)).isSameAs(failure);
        assertThat(givenBackBefore).containsExactly(1);
        assertThat(otel.awaitSpans(1).get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);

        failures.clear();
        assertThat(orders.accept(Order.from(2))).isTrue();
        gathered.awaitAcknowledged(1);
        assertThat(logged).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {FULL, NEVER_FULL})
    void listener_gets_what_the_settlement_threw_and_the_next_batch_is_processed(int maxMessages) {
        failures.add(new IOException("channel closed"));
        BatchAccumulator<Order> orders = accumulator(
                maxMessages,
                gathered,
                (messages, succeeded) -> {
                    if (!failures.isEmpty()) {
                        throw failures.get(0);
                    }
                    gathered.settle(messages, succeeded);
                },
                errors::add);
        orders.accept(Order.from(1));
        await().until(() -> errors.size() == 1);
        assertThat(errors.get(0)).isSameAs(failures.get(0));

        failures.clear();
        orders.accept(Order.from(2));
        gathered.awaitAcknowledged(1);
    }

    @Test
    void settlement_that_throws_after_the_handler_did_is_suppressed_in_the_handlers_exception() {
        IOException failure = new IOException("disk full");
        IOException alsoFailed = new IOException("channel closed");
        BatchAccumulator<Order> orders = accumulator(
                FULL,
                failsWith(failure),
                (messages, succeeded) -> {
                    throw alsoFailed;
                },
                errors::add);
        orders.accept(Order.from(1));

        assertThat(errors).containsExactly(failure);
        assertThat(failure).hasSuppressedException(alsoFailed);
    }

    @ParameterizedTest
    @ValueSource(ints = {FULL, NEVER_FULL})
    void listener_that_throws_is_logged_and_the_next_batch_is_processed(int maxMessages) {
        IllegalStateException broken = new IllegalStateException("listener");
        BatchAccumulator<Order> orders =
                accumulator(maxMessages, failsWith(new IOException("disk full")), gathered::settle, error -> {
                    throw broken;
                });
        orders.accept(Order.from(1));
        await().until(() -> logged.size() == 1);
        assertThat(logged.get(0).getThrown()).isSameAs(broken);

        failures.clear();
        orders.accept(Order.from(2));
        gathered.awaitAcknowledged(1);
    }

    @Test
    void without_a_listener_failures_are_logged_once_a_minute() {
        IOException failure = new IOException("disk full");
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor(), failsWith(failure), gathered::settle)
                .maxMessages(1)
                .build();
        made.add(orders);
        Order.many(5).forEach(orders::accept);

        assertThat(logged).hasSize(1);
        assertThat(logged.get(0).getThrown()).isSameAs(failure);
        assertThat(logged.get(0).getMessage()).contains("batch");
        assertThat(gathered.givenBack()).hasSize(5);
    }

    @Test
    void log_that_throws_stops_no_message() {
        Handler broken = new Handler() {
            @Override
            public void publish(LogRecord logRecord) {
                throw new IllegalStateException("log");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(broken);
        try {
            BatchAccumulator<Order> orders = BatchAccumulator.builder(
                            processor(), failsWith(new IOException("disk full")), gathered::settle)
                    .maxMessages(1)
                    .build();
            made.add(orders);
            assertThat(orders.accept(Order.from(1))).isTrue();
        } finally {
            logger.removeHandler(broken);
        }
        assertThat(gathered.givenBack()).hasSize(1);
    }

    @Test
    void out_of_memory_comes_out_of_accept_and_the_next_batch_is_processed() {
        OutOfMemoryError failure = new OutOfMemoryError("heap");
        BatchAccumulator<Order> orders = accumulator(FULL, failsWith(failure), gathered::settle, errors::add);
        assertThatThrownBy(() -> orders.accept(Order.from(1))).isSameAs(failure);
        assertThat(errors).containsExactly(failure);
        assertThat(gathered.givenBack()).hasSize(1);

        failures.clear();
        orders.accept(Order.from(2));
        assertThat(gathered.acknowledged()).hasSize(1);
    }

    @Test
    void out_of_memory_on_the_thread_for_old_batches_is_uncaught_there_and_the_next_batch_is_processed() {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> uncaught.add(error));
        OutOfMemoryError failure = new OutOfMemoryError("heap");
        BatchAccumulator<Order> orders = accumulator(NEVER_FULL, failsWith(failure), gathered::settle, errors::add);
        orders.accept(Order.from(1));
        await().dontCatchUncaughtExceptions().until(() -> uncaught.size() == 1);
        assertThat(uncaught.get(0)).isSameAs(failure);
        assertThat(errors).containsExactly(failure);

        failures.clear();
        orders.accept(Order.from(2));
        gathered.awaitAcknowledged(1);
        assertThat(orders.close(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void out_of_memory_of_the_listener_comes_out_too() {
        OutOfMemoryError failure = new OutOfMemoryError("heap");
        BatchAccumulator<Order> orders =
                accumulator(FULL, failsWith(new IOException("disk full")), gathered::settle, error -> {
                    throw failure;
                });
        assertThatThrownBy(() -> orders.accept(Order.from(1))).isSameAs(failure);
    }

    @Test
    void stack_overflow_is_a_failure_like_any_other() {
        StackOverflowError failure = new StackOverflowError();
        BatchAccumulator<Order> orders = accumulator(FULL, failsWith(failure), gathered::settle, errors::add);

        assertThat(orders.accept(Order.from(1))).isTrue();
        assertThat(errors).containsExactly(failure);
    }

    @Test
    void interrupt_that_ended_the_handler_is_there_when_accept_returns() {
        InterruptedException failure = new InterruptedException();
        BatchAccumulator<Order> orders = accumulator(FULL, failsWith(failure), gathered::settle, errors::add);
        orders.accept(Order.from(1));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(errors).containsExactly(failure);
        assertThat(gathered.givenBack()).hasSize(1);
    }

    /** As long as {@link #failures} has it. */
    private MessageHandler<Batch<Order>, ?> failsWith(Throwable failure) {
        failures.add(failure);
        return batch -> {
            if (!failures.isEmpty()) {
                throw failures.get(0);
            }
        };
    }

    private BatchAccumulator<Order> accumulator(
            int maxMessages,
            MessageHandler<? super Batch<Order>, ?> handler,
            BatchSettlement<Order, ?> settlement,
            Consumer<Throwable> onError) {
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor(), handler, settlement)
                .maxMessages(maxMessages)
                .maxAge(Duration.ofMillis(1))
                .onError(onError)
                .build();
        made.add(orders);
        return orders;
    }

    private static BatchProcessor<Order> processor() {
        return BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    }
}
