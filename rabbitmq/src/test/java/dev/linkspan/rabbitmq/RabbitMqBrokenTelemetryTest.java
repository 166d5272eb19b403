package dev.linkspan.rabbitmq;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The client's hook must not throw: a number for confirms, or the channel, would be lost. */
class RabbitMqBrokenTelemetryTest {

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("on purpose"),
                new IllegalArgumentException("on purpose"),
                new AssertionError("on purpose"),
                new StackOverflowError("on purpose"),
                new IOException("on purpose"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void messages_are_published_confirmed_handled_and_settled_all_the_same(Throwable thrown) throws Exception {
        try (RabbitMqBench bench = new RabbitMqBench(RabbitMqTelemetry.create(BrokenTelemetry.with(thrown)))) {
            List<Long> confirmed = new CopyOnWriteArrayList<>();
            bench.channel.confirmSelect();
            bench.channel.addConfirmListener((tag, multiple) -> confirmed.add(tag), (tag, multiple) -> {});
            BasicProperties properties =
                    new BasicProperties.Builder().headers(Map.of("tenant", "a")).build();
            for (int i = 0; i < 3; i++) {
                bench.channel.basicPublish("", "orders", properties, new byte[] {(byte) i});
            }
            assertThat(bench.channel.waitForConfirms(10_000)).isTrue();
            assertThat(confirmed).containsExactly(1L, 2L, 3L);
            assertThat(bench.broker.headers("orders")).containsOnlyKeys("tenant");

            Delivery pulled = RabbitMqTelemetry.deliveryOf("orders", bench.channel.basicGet("orders", false));
            bench.rabbitMq
                    .deliveries("orders")
                    .process(pulled, d -> RabbitMqSettlement.of(bench.channel).settle(List.of(d), x -> true));
            BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
            bench.channel.basicConsume(
                    "orders",
                    (tag, delivery) -> {
                        bench.channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                        handled.add((int) delivery.getBody()[0]);
                    },
                    tag -> {});

            assertThat(handled.poll(10, SECONDS)).isEqualTo(1);
            assertThat(handled.poll(10, SECONDS)).isEqualTo(2);
            assertThat(bench.channel.isOpen()).isTrue();
            bench.channel.basicGet("orders", false);
            assertThat(bench.broker.settlements).containsExactly("ack 1", "ack 2", "ack 3");
        }
    }
}
