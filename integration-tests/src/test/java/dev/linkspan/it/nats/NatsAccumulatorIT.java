package dev.linkspan.it.nats;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.examples.NatsBatches;
import dev.linkspan.it.TestClients;
import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that JetStream pushes become batches. */
@ExtendWith(NatsExtension.class)
@Timeout(120)
class NatsAccumulatorIT {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(1);
    /** What is not acked comes again in the time of a test; what is acked must not. */
    private static final Duration AGAIN = Duration.ofSeconds(4);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final Set<String> bad = new HashSet<>();
    private final AtomicInteger offered = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private NatsTelemetry telemetry;
    private Connection connection;
    private String subject;
    private String stream;

    @BeforeEach
    void set_up(NatsClients nats) {
        telemetry = NatsTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(nats.connection());
        subject = nats.uniqueName();
        stream = nats.stream(subject);
    }

    @Test
    void each_batch_is_one_span_linked_to_its_producers_with_its_acks_below_and_no_delivery_makes_one()
            throws Exception {
        send(orders(6));
        BatchAccumulator<Message> orders = consume(connection, 3, NEVER, 6, LONG);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        orders.close();
        assertThat(handled()).as("each delivered once").containsExactlyElementsOf(orders(6));

        List<SpanData> spans = otel.awaitSpans(10);
        List<String> producers = named(spans, "publish " + subject).stream()
                .map(SpanData::getSpanId)
                .toList();
        List<SpanData> processed = named(spans, "process " + subject);
        assertThat(processed)
                .hasSize(2)
                .allSatisfy(span ->
                        assertThat(span.getParentSpanContext().isValid()).isFalse());
        assertThat(linksOf(processed.get(0))).isEqualTo(producers.subList(0, 3));
        assertThat(linksOf(processed.get(1))).isEqualTo(producers.subList(3, 6));
        assertThat(named(spans, "ack " + subject))
                .extracting(SpanData::getParentSpanId)
                .containsExactly(processed.get(0).getSpanId(), processed.get(1).getSpanId());
        assertThat(spans).as("six published, two batches, two acks").hasSize(10);
        assertThat(delivered()).isEqualTo(6);
        otel.assertThatSpans().propagates(subject).followsConventions();
    }

    @Test
    void behind_a_handler_that_is_stuck_max_ack_pending_bounds_what_is_taken_from_the_stream() throws Exception {
        send(orders(50));
        gate = new CountDownLatch(1);
        BatchAccumulator<Message> orders = consume(connection, 5, NEVER, 10, LONG);
        await().untilAsserted(() -> assertThat(batches).hasSize(1));
        await().untilAsserted(() -> assertThat(consumer())
                .returns(10L, ConsumerInfo::getNumAckPending)
                .returns(40L, ConsumerInfo::getNumPending));
        assertThat(batches).hasSize(1);

        gate.countDown();
        await().untilAsserted(() -> assertThat(batches).hasSize(10));
        orders.close();
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSize(5));
        assertThat(handled()).containsExactlyElementsOf(orders(50));
    }

    @Test
    void max_ack_pending_of_less_than_a_batch_leaves_each_to_its_age() throws Exception {
        send(List.of("chair", "table", "lamp"));
        BatchAccumulator<Message> orders = consume(connection, 100, SOON, 2, LONG);
        await().untilAsserted(() -> assertThat(handled()).hasSize(3));
        orders.close();

        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void close_handles_what_is_left_and_what_comes_after_it_is_delivered_to_another(NatsClients nats) throws Exception {
        BatchAccumulator<Message> orders = consume(connection, 100, NEVER, 200, AGAIN);
        send(List.of("chair", "table"));
        await().untilAsserted(() -> assertThat(offered).hasValue(2));
        orders.close();
        assertThat(handled()).containsExactly("chair", "table");

        send(List.of("lamp"));
        await().untilAsserted(() -> assertThat(offered).hasValueGreaterThanOrEqualTo(3));
        assertThat(batches).hasSize(1);
        connection.close();
        connection = telemetry.wrap(nats.connection());
        await().until(() -> !consumer().isPushBound());
        BatchAccumulator<Message> others = consume(connection, 1, NEVER, 200, AGAIN);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        others.close();
        assertThat(batches.get(1)).containsExactly("lamp");
    }

    @Test
    void message_that_failed_is_delivered_again_and_the_others_are_not() throws Exception {
        bad.add("table");
        send(List.of("chair", "table", "lamp"));
        BatchAccumulator<Message> orders = consume(connection, 3, SOON, 6, LONG);
        await().untilAsserted(() -> assertThat(handled()).contains("lamp").containsSubsequence("table", "table"));
        orders.close();

        assertThat(handled().stream().filter(value -> !value.equals("table"))).containsExactly("chair", "lamp");
    }

    @Test
    void example_handles_each_order_once_and_leaves_none_behind(NatsClients nats) throws Exception {
        send(orders(250));
        CountDownLatch stop = new CountDownLatch(1);
        List<String> handled = new CopyOnWriteArrayList<>();
        Connection bare = nats.connection();
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try {
                new NatsBatches(stop, order -> handled.add(new String(order.getData(), UTF_8)))
                        .run(telemetry, bare, subject, "orders");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().untilAsserted(() -> assertThat(handled).hasSize(250));
        stop.countDown();
        TestClients.await(running);

        assertThat(handled).containsExactlyElementsOf(orders(250));
        await().untilAsserted(() -> assertThat(consumer())
                .returns(0L, ConsumerInfo::getNumAckPending)
                .returns(0L, ConsumerInfo::getNumPending));
        otel.assertThatSpans().propagates(subject).followsConventions();
    }

    private BatchAccumulator<Message> consume(
            Connection connection, int maxMessages, Duration maxAge, int maxAckPending, Duration ackWait)
            throws Exception {
        BatchAccumulator<Message> orders = BatchAccumulator.builder(
                        BatchProcessor.create(telemetry.messages()),
                        batch -> {
                            List<String> values = new ArrayList<>();
                            batch.messages().forEach(order -> values.add(new String(order.getData(), UTF_8)));
                            batches.add(values);
                            gate.await();
                            batch.forEach(order -> {
                                if (bad.contains(new String(order.getData(), UTF_8))) {
                                    throw new IllegalStateException("no");
                                }
                            });
                        },
                        NatsSettlement.of(connection)::settle)
                .maxMessages(maxMessages)
                .maxAge(maxAge)
                .build();
        PushSubscribeOptions options = ConsumerConfiguration.builder()
                .durable("orders")
                .maxAckPending(maxAckPending)
                .ackWait(ackWait)
                .buildPushSubscribeOptions();
        MessageHandler handler = order -> {
            orders.accept(order);
            offered.incrementAndGet();
        };
        connection
                .jetStream()
                .subscribe(subject, connection.createDispatcher(), telemetry.handOff(handler), false, options);
        return orders;
    }

    private void send(List<String> values) throws Exception {
        for (String value : values) {
            connection.jetStream().publish(subject, value.getBytes(UTF_8));
        }
    }

    private ConsumerInfo consumer() throws Exception {
        return connection.jetStreamManagement().getConsumerInfo(stream, "orders");
    }

    private List<String> handled() {
        return batches.stream().flatMap(List::stream).toList();
    }

    private static List<String> orders(int count) {
        return IntStream.range(0, count).mapToObj(i -> "order " + i).toList();
    }

    private static long delivered() {
        return otel.metrics().stream()
                .filter(metric -> metric.getName().equals("messaging.client.consumed.messages"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }
}
