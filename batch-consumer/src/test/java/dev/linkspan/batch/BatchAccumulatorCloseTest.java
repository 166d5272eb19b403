package dev.linkspan.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.testing.LinkspanExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The end of an accumulator: what it took is processed, or comes again. */
@Timeout(60)
class BatchAccumulatorCloseTest {

    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration LONG = Duration.ofSeconds(50);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final Gathered gathered = new Gathered();
    private final List<BatchAccumulator<Order>> made = new ArrayList<>();

    @AfterEach
    void all_is_released_and_closed() {
        gathered.release();
        made.forEach(BatchAccumulator::close);
    }

    @Test
    void close_processes_what_is_left_and_waits_for_it() {
        BatchAccumulator<Order> orders = accumulator(10);
        List<Order> messages = Order.many(4);
        messages.forEach(orders::accept);
        assertThat(orders.close(LONG)).isTrue();

        assertThat(gathered.batches()).containsExactly(messages);
        assertThat(gathered.acknowledged()).containsExactlyElementsOf(messages);
        assertThat(otel.spans()).hasSize(1);
    }

    @Test
    void close_with_nothing_left_processes_nothing() {
        BatchAccumulator<Order> orders = accumulator(2);
        Order.many(2).forEach(orders::accept);
        assertThat(orders.close(LONG)).isTrue();
        assertThat(accumulator(2).close(Duration.ZERO)).isTrue();

        assertThat(gathered.batches()).hasSize(1);
    }

    @Test
    void close_waits_for_the_batch_that_runs_and_then_processes_the_rest() {
        BatchAccumulator<Order> orders = accumulator(2);
        List<Order> messages = Order.many(3);
        gathered.hold();
        Push push = Push.start(orders, messages.subList(0, 2));
        gathered.awaitBatches(1);
        orders.accept(messages.get(2));
        Push closing = Push.close(orders);
        closing.awaitBlocked();
        assertThat(closing.answers()).isEmpty();
        assertThat(gathered.batches()).hasSize(1);
        gathered.release();

        closing.awaitEnd();
        assertThat(closing.answers()).containsExactly(true);
        push.awaitEnd();
        assertThat(gathered.batches()).containsExactly(messages.subList(0, 2), messages.subList(2, 3));
        assertThat(gathered.acknowledged()).containsExactlyElementsOf(messages);
        assertThat(gathered.mostAtOnce()).isOne();
    }

    @Test
    void message_after_close_is_not_taken_and_not_settled() {
        BatchAccumulator<Order> orders = accumulator(1);
        orders.close();

        assertThat(orders.accept(Order.from(1))).isFalse();
        assertThat(orders.close(LONG)).isTrue();
        assertThat(gathered.batches()).isEmpty();
        assertThat(gathered.acknowledged()).isEmpty();
        assertThat(gathered.givenBack()).isEmpty();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void thread_that_waits_for_room_is_let_go_without_its_message_being_taken() {
        BatchAccumulator<Order> orders = accumulator(1);
        List<Order> messages = Order.many(3);
        gathered.hold();
        Push stuck = Push.start(orders, messages.subList(0, 1));
        gathered.awaitBatches(1);
        Push forItsTurn = Push.start(orders, messages.subList(1, 2));
        forItsTurn.awaitBlocked();
        Push forRoom = Push.start(orders, messages.subList(2, 3));
        forRoom.awaitBlocked();
        Push closing = Push.close(orders);
        forRoom.awaitEnd();

        assertThat(forRoom.answers()).containsExactly(false);
        gathered.release();
        closing.awaitEnd();
        assertThat(closing.answers()).containsExactly(true);
        stuck.awaitEnd();
        forItsTurn.awaitEnd();
        assertThat(gathered.acknowledged()).containsExactlyElementsOf(messages.subList(0, 2));
    }

    @Test
    void what_was_not_begun_in_time_is_never_handled_and_what_was_goes_on() {
        BatchAccumulator<Order> orders = accumulator(2);
        List<Order> messages = Order.many(4);
        gathered.hold();
        Push stuck = Push.start(orders, messages.subList(0, 2));
        gathered.awaitBatches(1);
        Push forItsTurn = Push.start(orders, messages.subList(2, 4));
        forItsTurn.awaitBlocked();

        assertThat(orders.close(Duration.ofMillis(5))).isFalse();
        forItsTurn.awaitEnd();
        gathered.release();
        stuck.awaitEnd();
        assertThat(gathered.batches()).containsExactly(messages.subList(0, 2));
        assertThat(gathered.acknowledged()).containsExactlyElementsOf(messages.subList(0, 2));
        assertThat(gathered.givenBack()).isEmpty();
        assertThat(orders.close(LONG)).as("not all was processed").isFalse();
    }

    @Test
    void close_without_time_begins_with_nothing() {
        BatchAccumulator<Order> orders = accumulator(10);
        Order.many(4).forEach(orders::accept);

        assertThat(orders.close(Duration.ofSeconds(-1))).isFalse();
        assertThat(orders.close(LONG)).isFalse();
        assertThat(gathered.batches()).isEmpty();
    }

    @Test
    void interrupt_ends_the_wait_of_close_and_stays() {
        BatchAccumulator<Order> orders = accumulator(1);
        gathered.hold();
        Push stuck = Push.start(orders, Order.many(1));
        gathered.awaitBatches(1);
        Thread.currentThread().interrupt();

        assertThat(orders.close(LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        gathered.release();
        stuck.awaitEnd();
        assertThat(orders.close(LONG)).isTrue();
    }

    @Test
    void handler_may_close_its_accumulator_and_the_rest_is_processed_behind_it() {
        List<Object> closed = new CopyOnWriteArrayList<>();
        List<BatchAccumulator<Order>> self = new CopyOnWriteArrayList<>();
        List<Order> messages = Order.many(3);
        BatchAccumulator<Order> orders = BatchAccumulator.builder(
                        processor(),
                        batch -> {
                            gathered.handle(batch);
                            closed.add(self.get(0).close(LONG));
                        },
                        gathered::settle)
                .maxMessages(2)
                .maxAge(NEVER)
                .build();
        self.add(orders);
        gathered.hold();
        Push push = Push.start(orders, messages.subList(0, 2));
        gathered.awaitBatches(1);
        orders.accept(messages.get(2));
        gathered.release();
        push.awaitEnd();

        gathered.awaitAcknowledged(3);
        await().until(() -> gathered.threads().stream().noneMatch(Thread::isAlive));
        assertThat(orders.close(LONG)).isTrue();
        assertThat(closed).containsExactly(false, false);
        assertThat(gathered.batches()).containsExactly(messages.subList(0, 2), messages.subList(2, 3));
    }

    @Test
    void batch_that_got_old_while_another_ran_is_processed_on_close() {
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor(), gathered, gathered::settle)
                .maxMessages(2)
                .maxAge(Duration.ofMillis(1))
                .build();
        made.add(orders);
        gathered.hold();
        orders.accept(Order.from(1));
        gathered.awaitBatches(1);
        orders.accept(Order.from(2));
        Push closing = Push.close(orders);
        closing.awaitBlocked();
        gathered.release();

        closing.awaitEnd();
        assertThat(closing.answers()).containsExactly(true);
        assertThat(gathered.acknowledged()).hasSize(2);
        await().until(() -> gathered.threads().stream().noneMatch(Thread::isAlive));
    }

    private BatchAccumulator<Order> accumulator(int maxMessages) {
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor(), gathered, gathered::settle)
                .maxMessages(maxMessages)
                .maxAge(NEVER)
                .build();
        made.add(orders);
        return orders;
    }

    private static BatchProcessor<Order> processor() {
        return BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    }
}
