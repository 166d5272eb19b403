package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import dev.linkspan.batch.BatchSettlement;
import dev.linkspan.examples.RabbitMqBatches;
import dev.linkspan.it.AccumulatorContract;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Of what RabbitMQ pushes, the prefetch bounds how much. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqAccumulatorIT extends AccumulatorContract<Delivery> {

    private RabbitMqClients rabbitMq;
    private RabbitMqTelemetry telemetry;
    private Connection connection;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients rabbitMq) {
        this.rabbitMq = rabbitMq;
        telemetry = RabbitMqTelemetry.create(otel.openTelemetry());
        connection = telemetry.wrap(rabbitMq.connection(telemetry.wrap(rabbitMq.factory())));
        queue = rabbitMq.queue();
    }

    @Override
    protected String queue() {
        return queue;
    }

    @Override
    protected void send(List<String> bodies) throws Exception {
        try (Channel channel = connection.createChannel()) {
            channel.confirmSelect();
            RabbitMqClients.send(channel, queue, bodies.toArray(String[]::new));
        }
    }

    @Override
    protected MessageTracer<Delivery> tracer() {
        return telemetry.deliveries(queue);
    }

    @Override
    protected String body(Delivery message) {
        return new String(message.getBody(), UTF_8);
    }

    @Override
    protected Inflow<Delivery> open(int unacknowledged, Duration redelivered) throws Exception {
        Channel channel = connection.createChannel();
        channel.basicQos(unacknowledged);
        return new Inflow<>() {
            @Override
            public BatchSettlement<Delivery, IOException> settlement() {
                return RabbitMqSettlement.of(channel)::settle;
            }

            @Override
            public void start(Consumer<Delivery> handler) throws Exception {
                channel.basicConsume(queue, telemetry.handOff((tag, delivery) -> handler.accept(delivery), tag -> {}));
            }

            @Override
            public void close() throws Exception {
                channel.close();
            }
        };
    }

    @Override
    protected long waiting() throws Exception {
        try (Channel channel = connection.createChannel()) {
            return channel.messageCount(queue);
        }
    }

    @Override
    protected void example(CountDownLatch stop, Consumer<Delivery> handler) throws Exception {
        try (Channel channel =
                rabbitMq.connection(telemetry.wrap(rabbitMq.factory())).createChannel()) {
            new RabbitMqBatches(stop, handler).run(telemetry, channel, queue);
        }
    }

    /** With no consumer left, what was not acknowledged is in the queue. */
    @Override
    protected void assertNoneLeft() throws Exception {
        assertThat(waiting()).isZero();
    }
}
