package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.SPAN_ID;
import static dev.linkspan.rabbitmq.RabbitMqBench.linksOf;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.RpcServer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumers that only hand deliveries to something else. */
class RabbitMqHandOffTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<Delivery> handedOff = new LinkedBlockingQueue<>();
    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.builder(otel.openTelemetry())
                .handOffs(consumer -> consumer instanceof Framework)
                .build());
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventions();
        bench.close();
    }

    private final class Framework extends DefaultConsumer {

        Framework() {
            super(bench.channel);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
            handedOff.add(new Delivery(envelope, properties, body));
        }
    }

    private Delivery handedOffBy(Consumer consumer) throws Exception {
        bench.channel.basicConsume("orders", consumer);
        bench.given("hello");
        return handedOff.poll(10, SECONDS);
    }

    @Test
    void hand_off_makes_no_span_and_counts_the_delivery_once() throws Exception {
        Delivery delivery = handedOffBy(bench.rabbitMq.handOff((tag, d) -> handedOff.add(d), tag -> {}));
        assertThat(otel.spans()).isEmpty();
        bench.rabbitMq.deliveries("orders").process(delivery, d -> {});

        assertThat(linksOf(span(otel, "process orders"))).containsExactly(SPAN_ID);
        otel.assertThatMetrics().hasConsumed("orders", 1);
    }

    @Test
    void delivery_that_is_handed_off_knows_its_queue() throws Exception {
        bench.broker.declare("billing");
        bench.broker.bind("billing", "events");
        bench.channel.basicConsume("billing", bench.rabbitMq.handOff((tag, d) -> handedOff.add(d), tag -> {}));
        bench.bare.basicPublish("events", "paid", null, new byte[0]);
        bench.rabbitMq.deliveries("whatever").process(handedOff.poll(10, SECONDS), d -> {});

        span(otel, "process events:paid:billing");
    }

    @Test
    void consumer_around_which_a_hand_off_is_put_hears_of_all() throws Exception {
        Framework consumer = new Framework();
        handedOffBy(bench.rabbitMq.handOff((Consumer) consumer));

        assertThat(consumer.getConsumerTag()).isNotNull();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void consumer_of_a_framework_is_recognized() throws Exception {
        assertThat(handedOffBy(new Framework())).isNotNull();
        assertThat(otel.spans()).isEmpty();
        otel.assertThatMetrics().hasConsumed("orders", 1);
    }

    @Test
    void rpc_server_s_consumer_is_recognized() throws Exception {
        BlockingQueue<Consumer> consumers = new LinkedBlockingQueue<>();
        new RpcServer(bench.channel, "orders") {
            @Override
            protected RpcConsumer setupConsumer() throws java.io.IOException {
                RpcConsumer consumer = super.setupConsumer();
                consumers.add(consumer);
                return consumer;
            }
        };
        bench.given("hello");
        Delivery request = ((RpcServer.RpcConsumer) consumers.remove()).nextDelivery();

        assertThat(request.getBody()).asString().isEqualTo("hello");
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void hand_offs_and_policies_can_be_set_over_settings_that_are_shared() throws Exception {
        MessagingTelemetry shared = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.destinationTemplate(name -> "any"))
                .build();
        RabbitMqTelemetry own = RabbitMqTelemetry.builder(shared)
                .handOffs(consumer -> consumer instanceof Framework)
                .policy("secret", policy -> policy.tracing(false))
                .build();
        for (RabbitMqTelemetry each : List.of(own, RabbitMqTelemetry.create(shared))) {
            try (RabbitMqBench sharing = new RabbitMqBench(each)) {
                sharing.channel.basicConsume("orders", new Framework());
                sharing.given("hello");
                assertThat(handedOff.poll(10, SECONDS)).isNotNull();
                sharing.channel.basicPublish("", "secret", null, new byte[0]);
            }
        }

        span(otel, "process any");
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactlyInAnyOrder("process any", "publish any");
    }

    @Test
    void question_that_throws_costs_no_delivery() throws Exception {
        try (RabbitMqBench asking = new RabbitMqBench(RabbitMqTelemetry.builder(otel.openTelemetry())
                .handOffs(consumer -> {
                    throw new IllegalStateException("on purpose");
                })
                .build())) {
            asking.channel.basicConsume("orders", (tag, d) -> handedOff.add(d), tag -> {});
            asking.given("hello");

            assertThat(handedOff.poll(10, SECONDS)).isNotNull();
            assertThat(span(otel, "process orders"))
                    .extracting(SpanData::getName)
                    .isNotNull();
        }
    }

    @Test
    void hand_off_works_without_a_wrapped_factory_and_the_tracer_counts() throws Exception {
        RabbitMqTelemetry other = RabbitMqTelemetry.create(otel.openTelemetry());
        bench.bare.basicConsume("orders", true, other.handOff((tag, d) -> handedOff.add(d), tag -> {}));
        bench.given("hello");
        other.deliveries("orders").process(handedOff.poll(10, SECONDS), d -> {});

        span(otel, "process orders");
        otel.assertThatMetrics().hasConsumed("orders", 1);
    }

    @Test
    void nothing_to_hand_off_is_a_mistake() {
        assertThatThrownBy(() -> bench.rabbitMq.handOff(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> bench.rabbitMq.handOff(null, tag -> {})).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> bench.rabbitMq.handOff((tag, d) -> {}, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("tag -> {}");
    }
}
