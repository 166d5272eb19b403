package dev.linkspan.it;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchSettlement;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a broker pushes becomes batches. A subclass has one queue for each test. */
@Timeout(120)
public abstract class AccumulatorContract<M> {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(1);
    /** What is not acked comes again in the time of a test; what is acked must not. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    @RegisterExtension
    protected static final LinkspanExtension otel = LinkspanExtension.create();

    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final Set<String> bad = new HashSet<>();
    private final AtomicInteger offered = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** One consumer of the queue; closing it gives back what it has not acknowledged. */
    protected interface Inflow<M> extends AutoCloseable {

        BatchSettlement<M, ?> settlement();

        /** @param handler only hands messages on */
        void start(Consumer<M> handler) throws Exception;
    }

    protected abstract String queue();

    /** Returns when the broker has them all. */
    protected abstract void send(List<String> bodies) throws Exception;

    protected abstract MessageTracer<M> tracer();

    protected abstract String body(M message);

    /**
     * @param unacknowledged how many messages it gets at most before it has acknowledged one
     * @param redelivered after how long the broker loses patience, if it ever does
     */
    protected abstract Inflow<M> open(int unacknowledged, Duration redelivered) throws Exception;

    /** How many messages the queue has that no consumer got. */
    protected abstract long waiting() throws Exception;

    /** Runs the broker's example until it is stopped. */
    protected abstract void example(CountDownLatch stop, Consumer<M> handler) throws Exception;

    /** That each message was acknowledged. */
    protected abstract void assertNoneLeft() throws Exception;

    @Test
    void each_batch_is_one_span_linked_to_its_producers_with_its_acks_below_and_no_delivery_makes_one()
            throws Exception {
        send(orders(6));
        BatchAccumulator<M> orders = gather(open(6, LONG), 3, NEVER);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        orders.close();
        assertThat(handled()).as("each delivered once").containsExactlyElementsOf(orders(6));

        List<SpanData> spans = otel.awaitSpans(10);
        List<String> producers = SpanQueries.ids(named(spans, "publish " + queue()));
        List<SpanData> processed = named(spans, "process " + queue());
        assertThat(processed)
                .hasSize(2)
                .allSatisfy(span ->
                        assertThat(span.getParentSpanContext().isValid()).isFalse());
        assertThat(linksOf(processed.get(0))).isEqualTo(producers.subList(0, 3));
        assertThat(linksOf(processed.get(1))).isEqualTo(producers.subList(3, 6));
        assertThat(named(spans, "ack " + queue()))
                .extracting(SpanData::getParentSpanId)
                .containsExactlyElementsOf(SpanQueries.ids(processed));
        assertThat(spans).as("six published, two batches, two acks").hasSize(10);
        otel.assertThatMetrics().hasTotal("messaging.client.consumed.messages", 6);
        otel.assertThatSpans().propagates(queue()).followsConventions();
    }

    @Test
    void behind_a_handler_that_is_stuck_the_broker_s_limit_bounds_what_is_taken_from_the_queue() throws Exception {
        send(orders(50));
        gate = new CountDownLatch(1);
        BatchAccumulator<M> orders = gather(open(10, LONG), 5, NEVER);
        await().untilAsserted(() -> assertThat(batches).hasSize(1));
        await().untilAsserted(() -> assertThat(waiting()).isEqualTo(40));
        assertThat(batches).hasSize(1);

        gate.countDown();
        await().untilAsserted(() -> assertThat(batches).hasSize(10));
        orders.close();
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSize(5));
        assertThat(handled()).containsExactlyElementsOf(orders(50));
    }

    @Test
    void limit_of_less_than_a_batch_leaves_each_to_its_age() throws Exception {
        send(List.of("chair", "table", "lamp"));
        BatchAccumulator<M> orders = gather(open(2, LONG), 100, SOON);
        await().untilAsserted(() -> assertThat(handled()).hasSize(3));
        orders.close();

        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void close_handles_what_is_left_and_what_comes_after_it_is_delivered_to_another() throws Exception {
        Inflow<M> inflow = open(200, AGAIN);
        BatchAccumulator<M> orders = gather(inflow, 100, NEVER);
        send(List.of("chair", "table"));
        await().untilAsserted(() -> assertThat(offered).hasValue(2));
        orders.close();
        assertThat(handled()).containsExactly("chair", "table");

        send(List.of("lamp"));
        await().untilAsserted(() -> assertThat(offered).hasValueGreaterThanOrEqualTo(3));
        assertThat(batches).hasSize(1);
        inflow.close();
        BatchAccumulator<M> others = gather(open(200, AGAIN), 1, NEVER);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        others.close();
        assertThat(batches.get(1)).containsExactly("lamp");
    }

    @Test
    void message_that_failed_is_delivered_again_and_the_others_are_not() throws Exception {
        bad.add("table");
        send(List.of("chair", "table", "lamp"));
        Inflow<M> inflow = open(6, LONG);
        BatchAccumulator<M> orders = gather(inflow, 3, SOON);
        await().untilAsserted(() -> assertThat(handled()).contains("lamp").containsSubsequence("table", "table"));
        orders.close();
        inflow.close();

        assertThat(handled().stream().filter(value -> !value.equals("table"))).containsExactly("chair", "lamp");
    }

    @Test
    void example_handles_each_order_once_and_leaves_none_behind() throws Exception {
        send(orders(250));
        CountDownLatch stop = new CountDownLatch(1);
        List<String> handled = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try {
                example(stop, order -> handled.add(body(order)));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().untilAsserted(() -> assertThat(handled).hasSize(250));
        stop.countDown();
        TestClients.await(running);

        assertThat(handled).containsExactlyElementsOf(orders(250));
        await().untilAsserted(this::assertNoneLeft);
        otel.assertThatSpans().propagates(queue()).followsConventions();
    }

    private BatchAccumulator<M> gather(Inflow<M> inflow, int maxMessages, Duration maxAge) throws Exception {
        BatchAccumulator<M> orders = BatchAccumulator.builder(
                        BatchProcessor.create(tracer()),
                        batch -> {
                            batches.add(
                                    batch.messages().stream().map(this::body).toList());
                            gate.await();
                            batch.forEach(order -> {
                                if (bad.contains(body(order))) {
                                    throw new IllegalStateException("no");
                                }
                            });
                        },
                        inflow.settlement())
                .maxMessages(maxMessages)
                .maxAge(maxAge)
                .build();
        inflow.start(order -> {
            orders.accept(order);
            offered.incrementAndGet();
        });
        return orders;
    }

    private List<String> handled() {
        return batches.stream().flatMap(List::stream).toList();
    }

    private static List<String> orders(int count) {
        return IntStream.range(0, count).mapToObj(i -> "order " + i).toList();
    }
}
