package dev.linkspan.batch;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that come faster than they are handled, on several threads. */
@Timeout(60)
class BatchAccumulatorPressureTest {

    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofMillis(1);

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
    void behind_a_handler_that_is_stuck_no_more_than_one_batch_is_kept_and_then_the_client_waits() {
        BatchAccumulator<Order> orders = accumulator(3, NEVER);
        List<Order> messages = Order.many(26);
        gathered.hold();
        Push stuck = Push.start(orders, messages.subList(0, 3));
        gathered.awaitBatches(1);
        Push one = Push.start(orders, messages.subList(3, 13));
        one.awaitBlocked();
        Push two = Push.start(orders, messages.subList(13, 23));
        two.awaitBlocked();

        // the third of its messages is kept, and waits for its turn to be processed; all others wait for room
        assertThat(one.answers()).containsExactly(true, true);
        assertThat(two.answers()).isEmpty();
        assertThat(gathered.batches()).hasSize(1);

        gathered.release();
        List.of(stuck, one, two).forEach(Push::awaitEnd);
        assertThat(gathered.acknowledged()).hasSize(21);
        orders.close();
        assertThat(gathered.acknowledged()).containsExactlyInAnyOrderElementsOf(messages.subList(0, 23));
        assertThat(gathered.mostAtOnce()).isOne();
    }

    @Test
    void client_waits_for_a_batch_that_got_old_too() {
        BatchAccumulator<Order> orders = accumulator(2, SOON);
        gathered.hold();
        orders.accept(Order.from(1));
        gathered.awaitBatches(1);
        Push push = Push.start(orders, Order.many(9));
        push.awaitBlocked();

        assertThat(push.answers()).containsExactly(true);
        assertThat(push.thread()).isNotSameAs(gathered.threads().get(0));
        gathered.release();
        push.awaitEnd();
        gathered.awaitAcknowledged(10);
    }

    @Test
    void client_that_waits_for_room_goes_on_when_the_next_batch_begins_not_when_it_ends() {
        BatchAccumulator<Order> orders = accumulator(2, NEVER);
        List<Order> messages = Order.many(5);
        gathered.hold();
        Push stuck = Push.start(orders, messages.subList(0, 2));
        gathered.awaitBatches(1);
        Push forItsTurn = Push.start(orders, messages.subList(2, 4));
        forItsTurn.awaitBlocked();
        Push forRoom = Push.start(orders, messages.subList(4, 5));
        forRoom.awaitBlocked();
        gathered.releaseOne();
        stuck.awaitEnd();
        gathered.awaitBatches(2);

        forRoom.awaitEnd();
        assertThat(forRoom.answers()).containsExactly(true);
        assertThat(gathered.acknowledged()).hasSize(2);
        gathered.release();
        forItsTurn.awaitEnd();
    }

    @Test
    void no_lock_is_held_while_the_handler_runs() {
        BatchAccumulator<Order> orders = accumulator(3, NEVER);
        gathered.hold();
        Push stuck = Push.start(orders, Order.many(3));
        gathered.awaitBatches(1);
        Push push = Push.start(orders, Order.many(2));
        push.awaitEnd();

        assertThat(push.answers()).containsExactly(true, true);
        gathered.release();
        stuck.awaitEnd();
    }

    @Test
    void thread_that_is_interrupted_while_it_waits_keeps_waiting_loses_nothing_and_stays_interrupted() {
        BatchAccumulator<Order> orders = accumulator(1, NEVER);
        List<Order> messages = Order.many(3);
        gathered.hold();
        Push stuck = Push.start(orders, messages.subList(0, 1));
        gathered.awaitBatches(1);
        Push forItsTurn = Push.start(orders, messages.subList(1, 2));
        forItsTurn.awaitBlocked();
        Push forRoom = Push.start(orders, messages.subList(2, 3));
        forRoom.awaitBlocked();

        List.of(forItsTurn, forRoom).forEach(each -> {
            each.thread().interrupt();
            // it has noticed, and waits again
            await().until(() -> !each.thread().isInterrupted());
            each.awaitBlocked();
            assertThat(each.answers()).isEmpty();
        });
        gathered.release();
        List.of(stuck, forItsTurn, forRoom).forEach(Push::awaitEnd);

        List.of(forItsTurn, forRoom).forEach(each -> {
            assertThat(each.answers()).containsExactly(true);
            assertThat(each.endedInterrupted()).isTrue();
        });
        orders.close();
        assertThat(gathered.batches().stream().flatMap(List::stream)).containsExactlyElementsOf(messages);
    }

    @ParameterizedTest
    @CsvSource({"7, 1", "100, 1", "1, 1", "7, 86400000"})
    void every_message_of_many_threads_is_in_exactly_one_batch_in_its_threads_order(
            int maxMessages, long maxAgeMillis) {
        int threads = 4;
        int each = 1_000;
        BatchAccumulator<Order> orders = accumulator(maxMessages, Duration.ofMillis(maxAgeMillis));
        List<List<Order>> streams = new ArrayList<>();
        List<Push> pushes = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int first = thread * each + 1;
            List<Order> stream =
                    IntStream.range(first, first + each).mapToObj(Order::from).toList();
            streams.add(stream);
            pushes.add(Push.start(orders, stream));
        }
        pushes.forEach(Push::awaitEnd);
        assertThat(orders.close(Duration.ofSeconds(30))).isTrue();

        List<Order> handled = gathered.batches().stream().flatMap(List::stream).toList();
        assertThat(handled).hasSize(threads * each).doesNotHaveDuplicates();
        for (List<Order> stream : streams) {
            Set<Order> itsMessages = new HashSet<>(stream);
            assertThat(handled.stream().filter(itsMessages::contains)).containsExactlyElementsOf(stream);
        }
        assertThat(gathered.batches()).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, maxMessages));
        assertThat(gathered.mostAtOnce()).isOne();
        assertThat(gathered.acknowledged()).hasSize(threads * each);
        List<Long> counts =
                otel.spans().stream().map(BatchAccumulatorPressureTest::count).toList();
        assertThat(counts)
                .containsExactlyInAnyOrderElementsOf(gathered.batches().stream()
                        .map(batch -> (long) batch.size())
                        .toList());
    }

    @Test
    void handler_that_calls_accept_of_its_own_accumulator_gets_a_clear_error_instead_of_waiting_for_itself() {
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        List<BatchAccumulator<Order>> self = new CopyOnWriteArrayList<>();
        BatchAccumulator<Order> orders = BatchAccumulator.builder(
                        processor(), batch -> self.get(0).accept(Order.from(9)), gathered::settle)
                .maxMessages(2)
                .maxAge(NEVER)
                .onError(errors::add)
                .build();
        self.add(orders);
        made.add(orders);
        Order.many(2).forEach(orders::accept);

        assertThat(errors).hasSize(1);
        assertThat(errors.get(0)).isInstanceOf(IllegalStateException.class).hasMessageContaining("wait for itself");
        assertThat(gathered.givenBack()).hasSize(2);
        assertThat(orders.accept(Order.from(3))).isTrue();
    }

    private BatchAccumulator<Order> accumulator(int maxMessages, Duration maxAge) {
        BatchAccumulator<Order> orders = BatchAccumulator.builder(processor(), gathered, gathered::settle)
                .maxMessages(maxMessages)
                .maxAge(maxAge)
                .build();
        made.add(orders);
        return orders;
    }

    private static BatchProcessor<Order> processor() {
        return BatchProcessor.create(Order.tracer(otel.openTelemetry()));
    }

    private static long count(SpanData span) {
        return span.getAttributes().get(longKey("messaging.batch.message_count"));
    }
}
