package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static dev.linkspan.rabbitmq.RabbitMqBench.spans;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.RecoverableChannel;
import com.rabbitmq.client.RecoverableConnection;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.OpenTelemetry;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqTelemetryTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitMqTelemetry rabbitMq;
    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        bench = new RabbitMqBench(rabbitMq);
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    @Test
    void factory_stays_the_object_that_it_is() {
        ConnectionFactory factory = new ConnectionFactory();

        assertThat(rabbitMq.wrap(factory)).isSameAs(factory);
    }

    @Test
    void factory_that_is_wrapped_twice_traces_once() throws Exception {
        RabbitMqTelemetry.create(otel.openTelemetry()).wrap(bench.factory);
        rabbitMq.wrap(bench.factory);
        try (Connection connection = bench.factory.newConnection()) {
            connection.createChannel().basicPublish("", "orders", null, new byte[0]);
        }

        span(otel, "publish orders");
    }

    @Test
    void copy_of_a_factory_traces_too() throws Exception {
        try (Connection connection = bench.factory.clone().newConnection()) {
            connection.createChannel().basicPublish("", "orders", null, new byte[0]);
        }

        span(otel, "publish orders");
    }

    @Test
    void connection_and_channel_that_are_wrapped_already_stay_as_they_are() {
        assertThat(rabbitMq.wrap(bench.connection)).isSameAs(bench.connection);
        assertThat(rabbitMq.wrap(bench.channel)).isSameAs(bench.channel);
    }

    @Test
    void every_channel_of_a_wrapped_connection_is_wrapped_and_knows_it() throws Exception {
        for (Channel channel : new Channel[] {
            bench.connection.createChannel(),
            bench.connection.createChannel(17),
            bench.connection.openChannel().orElseThrow(),
            bench.connection.openChannel(18).orElseThrow()
        }) {
            assertThat(ClientProxy.overrides(channel, RabbitMqTracedChannel.class))
                    .isNotNull();
            assertThat(channel.getConnection()).isSameAs(bench.connection);
            assertThat(ClientProxy.unwrap(channel)).isNotSameAs(channel);
        }
        assertThat(bench.connection.createChannel(17)).isNull();
        assertThat(bench.connection.openChannel(17)).isEmpty();
    }

    @Test
    void channel_that_is_wrapped_alone_gives_its_own_connection() {
        Channel wrapped = rabbitMq.wrap(bench.bare);

        assertThat(wrapped.getConnection()).isSameAs(bench.bare.getConnection());
        assertThat(ClientProxy.unwrap(wrapped)).isSameAs(bench.bare);
    }

    @Test
    void recovering_clients_stay_recoverable() throws Exception {
        ConnectionFactory factory = rabbitMq.wrap(bench.broker.factory());
        factory.setAutomaticRecoveryEnabled(true);
        try (Connection connection = rabbitMq.wrap(factory.newConnection())) {
            assertThat(connection).isInstanceOf(RecoverableConnection.class);
            assertThat(connection.createChannel()).isInstanceOf(RecoverableChannel.class);
        }
    }

    @Test
    void deliveries_are_counted_by_the_tracer_until_a_factory_is_wrapped() {
        RabbitMqTelemetry alone = RabbitMqTelemetry.create(otel.openTelemetry());
        var deliveries = alone.deliveries("orders");
        Delivery delivery = new Delivery(new Envelope(1, false, "", "orders"), null, new byte[0]);
        deliveries.process(delivery, d -> {});
        otel.assertThatMetrics().hasConsumed("orders", 1);
        otel.reset();

        alone.wrap(new ConnectionFactory());
        deliveries.process(delivery, d -> {});
        otel.assertThatMetrics().hasConsumed("orders", 0);
    }

    @Test
    void create_gives_back_what_it_got_where_there_is_no_context() {
        RabbitMqTelemetry off = RabbitMqTelemetry.create(OpenTelemetry.noop());
        BasicProperties properties = new BasicProperties();

        assertThat(off.create("", "orders", properties)).isSameAs(properties);
        assertThat(off.create("", "orders", null).getHeaders()).isNull();
        RabbitMqTelemetry broken = RabbitMqTelemetry.create(BrokenTelemetry.with(new AssertionError("on purpose")));
        assertThat(broken.create("", "orders", properties)).isSameAs(properties);
    }

    @Test
    void settings_can_be_shared_with_other_brokers() throws Exception {
        MessagingTelemetry messaging = MessagingTelemetry.builder(otel.openTelemetry())
                .policy("orders", p -> p.tracing(false))
                .build();
        try (RabbitMqBench shared = new RabbitMqBench(RabbitMqTelemetry.create(messaging))) {
            shared.channel.basicPublish("", "orders", null, new byte[0]);
            shared.channel.basicPublish("", "bills", null, new byte[0]);
        }

        assertThat(spans(otel, "publish orders")).isEmpty();
        assertThat(spans(otel, "publish bills")).hasSize(1);
    }

    @Test
    void policies_go_by_the_destination_s_name() throws Exception {
        try (RabbitMqBench ruled = new RabbitMqBench(RabbitMqTelemetry.builder(otel.openTelemetry())
                .policy(p -> p.destinationTemplate(name -> name.startsWith("events:") ? "events" : null))
                .policy("events:paid", p -> p.propagation(false))
                .policy(name -> name.endsWith(":secret"), p -> p.tracing(false))
                .build())) {
            ruled.channel.basicPublish("events", "paid", null, new byte[0]);
            ruled.channel.basicPublish("events", "secret", null, new byte[0]);
        }

        assertThat(spans(otel, "publish events")).hasSize(1);
    }

    @Test
    void process_spans_of_consumers_can_be_turned_off() throws Exception {
        BlockingQueue<Delivery> handled = new LinkedBlockingQueue<>();
        try (RabbitMqBench quiet = new RabbitMqBench(RabbitMqTelemetry.builder(otel.openTelemetry())
                .policy(p -> p.processSpans(false))
                .build())) {
            quiet.channel.basicConsume("orders", (tag, delivery) -> handled.add(delivery), tag -> {});
            quiet.given("hello");
            assertThat(handled.poll(10, SECONDS)).isNotNull();
        }

        assertThat(otel.spans()).isEmpty();
        otel.assertThatMetrics().hasConsumed("orders", 1);
    }

    @Test
    void nothing_to_wrap_is_a_mistake() {
        assertThatThrownBy(() -> rabbitMq.wrap((ConnectionFactory) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> rabbitMq.wrap((Connection) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> rabbitMq.wrap((Channel) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> rabbitMq.deliveries(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> rabbitMq.create(null, "orders", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> RabbitMqTelemetry.create((OpenTelemetry) null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> RabbitMqTelemetry.create((MessagingTelemetry) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("MessagingTelemetry.create");
        assertThatThrownBy(() -> RabbitMqTelemetry.builder((MessagingTelemetry) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("MessagingTelemetry.create");
        assertThatThrownBy(() -> RabbitMqSettlement.of(null)).isInstanceOf(NullPointerException.class);
    }
}
