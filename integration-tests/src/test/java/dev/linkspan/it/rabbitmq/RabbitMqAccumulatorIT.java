package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.Delivery;
import dev.linkspan.batch.BatchAccumulator;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.examples.RabbitMqBatches;
import dev.linkspan.it.TestClients;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
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

/** Deliveries that RabbitMQ pushes become batches. */
@ExtendWith(RabbitMqExtension.class)
@Timeout(120)
class RabbitMqAccumulatorIT {

    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(50);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final Set<String> bad = new HashSet<>();
    private final AtomicInteger offered = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private RabbitMqTelemetry telemetry;
    private Connection connection;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients rabbitMq) {
        telemetry = RabbitMqTelemetry.create(otel.openTelemetry());
        ConnectionFactory factory = telemetry.wrap(rabbitMq.factory());
        connection = telemetry.wrap(rabbitMq.connection(factory));
        queue = rabbitMq.queue();
    }

    @Test
    void each_batch_is_one_span_linked_to_its_producers_with_its_acks_below_and_no_delivery_makes_one()
            throws Exception {
        send(orders(6));
        BatchAccumulator<Delivery> orders = consume(connection.createChannel(), 3, NEVER, 6);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        orders.close();
        assertThat(handled()).as("each delivered once").containsExactlyElementsOf(orders(6));

        List<SpanData> spans = otel.awaitSpans(10);
        List<String> producers = named(spans, "publish " + queue).stream()
                .map(SpanData::getSpanId)
                .toList();
        List<SpanData> processed = named(spans, "process " + queue);
        assertThat(processed)
                .hasSize(2)
                .allSatisfy(span ->
                        assertThat(span.getParentSpanContext().isValid()).isFalse());
        assertThat(linksOf(processed.get(0))).isEqualTo(producers.subList(0, 3));
        assertThat(linksOf(processed.get(1))).isEqualTo(producers.subList(3, 6));
        assertThat(named(spans, "ack " + queue))
                .extracting(SpanData::getParentSpanId)
                .containsExactly(processed.get(0).getSpanId(), processed.get(1).getSpanId());
        assertThat(spans).as("six published, two batches, two acks").hasSize(10);
        assertThat(delivered()).isEqualTo(6);
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    @Test
    void behind_a_handler_that_is_stuck_the_prefetch_bounds_what_is_taken_from_the_queue() throws Exception {
        send(orders(50));
        gate = new CountDownLatch(1);
        BatchAccumulator<Delivery> orders = consume(connection.createChannel(), 5, NEVER, 10);
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
    void prefetch_of_less_than_a_batch_leaves_each_to_its_age() throws Exception {
        send(List.of("chair", "table", "lamp"));
        BatchAccumulator<Delivery> orders = consume(connection.createChannel(), 100, SOON, 2);
        await().untilAsserted(() -> assertThat(handled()).hasSize(3));
        orders.close();

        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void close_handles_what_is_left_and_what_comes_after_it_is_delivered_to_another() throws Exception {
        Channel channel = connection.createChannel();
        BatchAccumulator<Delivery> orders = consume(channel, 100, NEVER, 200);
        send(List.of("chair", "table"));
        await().untilAsserted(() -> assertThat(offered).hasValue(2));
        orders.close();
        assertThat(handled()).containsExactly("chair", "table");

        send(List.of("lamp"));
        await().untilAsserted(() -> assertThat(offered).hasValueGreaterThanOrEqualTo(3));
        assertThat(batches).hasSize(1);
        channel.close();
        BatchAccumulator<Delivery> others = consume(connection.createChannel(), 1, NEVER, 2);
        await().untilAsserted(() -> assertThat(batches).hasSize(2));
        others.close();
        assertThat(batches.get(1)).containsExactly("lamp");
    }

    @Test
    void message_that_failed_is_delivered_again_and_the_others_are_not() throws Exception {
        bad.add("table");
        send(List.of("chair", "table", "lamp"));
        BatchAccumulator<Delivery> orders = consume(connection.createChannel(), 3, SOON, 6);
        await().untilAsserted(() -> assertThat(handled()).contains("lamp").containsSubsequence("table", "table"));
        orders.close();
        connection.close();

        assertThat(handled().stream().filter(value -> !value.equals("table"))).containsExactly("chair", "lamp");
    }

    @Test
    void example_handles_each_order_once_and_leaves_none_behind(RabbitMqClients rabbitMq) throws Exception {
        send(orders(250));
        CountDownLatch stop = new CountDownLatch(1);
        List<String> handled = new CopyOnWriteArrayList<>();
        Channel channel =
                rabbitMq.connection(telemetry.wrap(rabbitMq.factory())).createChannel();
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            try {
                new RabbitMqBatches(stop, order -> handled.add(new String(order.getBody(), UTF_8)))
                        .run(telemetry, channel, queue);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().untilAsserted(() -> assertThat(handled).hasSize(250));
        stop.countDown();
        TestClients.await(running);
        channel.close();

        assertThat(handled).containsExactlyElementsOf(orders(250));
        assertThat(waiting()).isZero();
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    private BatchAccumulator<Delivery> consume(Channel channel, int maxMessages, Duration maxAge, int prefetch)
            throws IOException {
        BatchAccumulator<Delivery> orders = BatchAccumulator.builder(
                        BatchProcessor.create(telemetry.deliveries(queue)),
                        batch -> {
                            List<String> values = new ArrayList<>();
                            batch.messages().forEach(order -> values.add(new String(order.getBody(), UTF_8)));
                            batches.add(values);
                            gate.await();
                            batch.forEach(order -> {
                                if (bad.contains(new String(order.getBody(), UTF_8))) {
                                    throw new IllegalStateException("no");
                                }
                            });
                        },
                        RabbitMqSettlement.of(channel)::settle)
                .maxMessages(maxMessages)
                .maxAge(maxAge)
                .build();
        channel.basicQos(prefetch);
        DeliverCallback handler = (consumer, order) -> {
            orders.accept(order);
            offered.incrementAndGet();
        };
        channel.basicConsume(queue, telemetry.handOff(handler, consumer -> {}));
        return orders;
    }

    private void send(List<String> values) throws Exception {
        try (Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            RabbitMqClients.send(channel, queue, values.toArray(String[]::new));
        }
    }

    /** How many messages no consumer has. */
    private int waiting() throws Exception {
        try (Channel channel = connection.createChannel()) {
            return channel.queueDeclarePassive(queue).getMessageCount();
        }
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
