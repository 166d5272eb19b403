package dev.linkspan.it.rabbitmq;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A broker that is killed, and one that is not there. */
@Tag("faults")
@Timeout(180)
class RabbitMqOutageFaultIT {

    private static final int MESSAGES = 200;
    private static final int KILLED_AT = 70;
    private static final long CONFIRM_WITHIN_MILLIS = 30_000;
    private static final int TRIES = 5;

    @Test
    void f17_broker_that_is_killed_in_the_middle_of_a_batch_costs_nothing_that_it_acknowledged() {
        try (RabbitMqServer broker = RabbitMqServer.BROKERS.start();
                RabbitMqClients rabbitMq = new RabbitMqClients(broker, "RabbitMqOutageFaultIT-killed")) {
            FaultResult result = Fault.of("F17", "broker killed")
                    .control(Invariant.I4)
                    .run(RabbitMqFaults.WHERE, run -> outage(run, broker, rabbitMq));

            assertThat(result.bare().handledCount()).isEqualTo(3 * MESSAGES);
            result.figure(
                    "%d confirmed over a kill and all there; %d delivered again, as bare", 2 * MESSAGES, MESSAGES);
        }
    }

    /** What was not acknowledged when the broker was killed comes again, to a channel that recovered by itself. */
    private static void outage(Fault.Run run, RabbitMqServer broker, RabbitMqClients rabbitMq) throws Throwable {
        RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
        Channel channel = application.channel();
        channel.confirmSelect();
        String queue = rabbitMq.queueOnDisk();
        send(application, channel, queue, 0);
        List<Delivery> batch = new ArrayList<>();
        while (batch.size() < MESSAGES) {
            batch.add(RabbitMqTelemetry.deliveryOf(queue, channel.basicGet(queue, false)));
        }
        for (Delivery delivery : batch) {
            int id = RabbitMqFaults.id(delivery.getBody());
            application.process(queue, delivery, () -> {
                if (id == KILLED_AT) {
                    broker.kill();
                    Awaitility.await().atMost(30, SECONDS).until(() -> !channel.isOpen());
                    run.seen()
                            .raise(
                                    "process " + id,
                                    () -> channel.basicAck(
                                            delivery.getEnvelope().getDeliveryTag(), false));
                }
            });
        }
        broker.restart();
        Awaitility.await().atMost(60, SECONDS).until(channel::isOpen);
        send(application, channel, queue, MESSAGES);
        // a broker that has just started reads what it had stored while it serves already
        Awaitility.await()
                .atMost(30, SECONDS)
                .untilAsserted(() -> assertThat(channel.messageCount(queue))
                        .as("messages in the queue")
                        .isEqualTo(2 * MESSAGES));
        GetResponse next = channel.basicGet(queue, false);
        while (next != null) {
            Delivery delivery = RabbitMqTelemetry.deliveryOf(queue, next);
            application.process(
                    queue,
                    delivery,
                    () -> channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false));
            next = channel.basicGet(queue, false);
        }
    }

    private static void send(RabbitMqRun application, Channel channel, String queue, int from) throws Throwable {
        for (int id = from; id < from + MESSAGES; id++) {
            application.send(channel, queue, id, MessageProperties.MINIMAL_PERSISTENT_BASIC);
        }
        channel.waitForConfirmsOrDie(CONFIRM_WITHIN_MILLIS);
        for (int id = from; id < from + MESSAGES; id++) {
            application.run().seen().acknowledged(id);
        }
    }

    @Test
    @ExtendWith(RabbitMqExtension.class)
    void f18_broker_that_cannot_be_reached_fails_a_send_as_it_does_without_tracing(RabbitMqClients rabbitMq)
            throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = free.getLocalPort();
        }
        FaultResult result = Fault.of("F18", "broker unreachable")
                .control(Invariant.I4)
                .run(RabbitMqFaults.WHERE, run -> unreachable(run, rabbitMq, nobody));

        assertThat(result.linkspan().spans().all())
                .hasSize(TRIES)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
        result.figure("ConnectException, AlreadyClosedException, as bare; %d spans with an error", TRIES);
    }

    private static void unreachable(Fault.Run run, RabbitMqClients rabbitMq, int port) throws Throwable {
        RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
        ConnectionFactory factory = application.factory();
        factory.setPort(port);
        application.failing("connect", factory::newConnection);
        Channel channel = application.channel();
        Connection connection = channel.getConnection();
        connection.abort();
        for (int i = 0; i < TRIES; i++) {
            int id = i;
            application.failing(
                    "send " + i,
                    () -> application.send(channel, "nowhere", id, MessageProperties.MINIMAL_PERSISTENT_BASIC));
        }
    }
}
