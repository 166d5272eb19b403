package dev.linkspan.it.rabbitmq;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.impl.StrictExceptionHandler;
import dev.linkspan.faults.FailingBatches;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.Redeliveries;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Messages that come again, batches of which some fail, and channels that close under their users. */
@Tag("faults")
@ExtendWith(RabbitMqExtension.class)
class RabbitMqSettlingFaultIT {

    private static final BasicProperties PLAIN = new BasicProperties();
    private static final int MESSAGES = 100;
    private static final int DELIVERIES = 3;
    private static final int BATCH = 10;

    @Test
    void f19_message_that_is_given_back_twice_is_three_spans_linked_to_one_producer(RabbitMqClients rabbitMq) {
        FaultResult result = Fault.of("F19", "given back twice")
                .control(Invariant.I4)
                .run(RabbitMqFaults.WHERE, run -> {
                    RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
                    Channel channel = application.channel();
                    String queue = rabbitMq.queue(Map.of("x-queue-type", "quorum"));
                    send(application, channel, queue, MESSAGES);
                    Map<Integer, Integer> deliveries = new HashMap<>();
                    for (int i = 0; i < MESSAGES * DELIVERIES; i++) {
                        Delivery delivery = next(channel, queue);
                        int id = RabbitMqFaults.id(delivery.getBody());
                        int number = deliveries.merge(id, 1, Integer::sum);
                        boolean handled = application.process(queue, delivery, () -> {
                            if (number < DELIVERIES) {
                                throw new IllegalStateException("not yet");
                            }
                        });
                        long tag = delivery.getEnvelope().getDeliveryTag();
                        if (handled) {
                            channel.basicAck(tag, false);
                        } else {
                            channel.basicNack(tag, false, true);
                        }
                    }
                });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES * DELIVERIES);
        assertThat(Redeliveries.deliveryCounts(result, "publish"))
                // a broker of version 4 says nothing of it the first time
                .isIn(List.of("1", "2", "3"), List.of("null", "2", "3"));
        result.figure("%d spans a message, linked to its producer, delivery counts up to %d", DELIVERIES, DELIVERIES);
    }

    @Test
    void f23_failed_message_of_a_batch_comes_again_and_costs_the_others_nothing(RabbitMqClients rabbitMq) {
        FaultResult result = Fault.of("F23", "1 of 10 fails")
                .control(Invariant.I4)
                .run(RabbitMqFaults.WHERE, run -> {
                    RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
                    Channel channel = application.channel();
                    String queue = rabbitMq.queue();
                    send(application, channel, queue, MESSAGES);
                    handleAll(application, channel, queue);
                });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES + MESSAGES / BATCH);
        assertThat(result.linkspan().spans().named("process").stream().flatMap(span -> span.getEvents().stream()))
                .hasSize(MESSAGES / BATCH);
        result.figure("%d failed once, the same exception; as many nacks, the others acked", MESSAGES / BATCH);
    }

    private static void handleAll(RabbitMqRun application, Channel channel, String queue) throws Throwable {
        FailingBatches<Delivery> batches = new FailingBatches<>(
                application, application.telemetry().deliveries(queue), RabbitMqSettlement.of(channel)::settle);
        int succeeded = 0;
        while (succeeded < MESSAGES) {
            List<Delivery> batch = new ArrayList<>();
            while (batch.size() < Math.min(BATCH, MESSAGES - succeeded)) {
                batch.add(next(channel, queue));
            }
            succeeded += batch.size() - batches.handle(batch);
        }
    }

    @Test
    void f09_strict_handler_closes_the_channel_as_it_does_without_tracing(RabbitMqClients rabbitMq) {
        FaultResult result = Fault.of("F09", "strict handler closes the channel")
                .control(Invariant.I4)
                .run(RabbitMqFaults.WHERE, run -> {
                    RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
                    run.seen().handlersAreCalledBack();
                    ConnectionFactory factory = application.factory();
                    factory.setExceptionHandler(new StrictExceptionHandler());
                    Channel channel = application.channel(factory);
                    String queue = rabbitMq.queue();
                    send(application, channel, queue, 1);
                    channel.basicConsume(
                            queue,
                            (tag, delivery) -> {
                                try {
                                    application.called(
                                            delivery,
                                            d -> run.seen().handle(0, () -> {
                                                throw new IllegalStateException("handler");
                                            }));
                                } catch (RuntimeException e) {
                                    throw e;
                                } catch (Throwable t) {
                                    throw new IllegalStateException(t);
                                }
                            },
                            tag -> {});
                    Awaitility.await().atMost(30, SECONDS).until(() -> !channel.isOpen());
                    run.seen()
                            .called("closed: "
                                    + withoutNames(channel.getCloseReason().getMessage()));
                });
        result.figure("channel closed for the same reason");
    }

    /** Consumers have generated names. */
    private static String withoutNames(String reason) {
        return reason.replaceAll("amq\\.ctag-\\S+", "")
                .replaceAll("@[0-9a-f]+|dev\\.linkspan\\S*|[\\w.$]+\\$\\$Lambda\\S*", "");
    }

    @Test
    void f25_clients_that_are_closed_by_a_handler_leave_no_span_open(RabbitMqClients rabbitMq) {
        FaultResult result = Fault.of("F25", "closed by a handler, twice")
                .control(Invariant.I4)
                .run(RabbitMqFaults.WHERE, run -> {
                    RabbitMqRun application = new RabbitMqRun(run, rabbitMq);
                    Channel channel = application.channel();
                    Connection connection = channel.getConnection();
                    String queue = rabbitMq.queue();
                    send(application, channel, queue, 2 * BATCH);
                    List<Delivery> batch = new ArrayList<>();
                    for (int i = 0; i < BATCH; i++) {
                        batch.add(next(channel, queue));
                    }
                    for (Delivery delivery : batch) {
                        int id = RabbitMqFaults.id(delivery.getBody());
                        application.process(queue, delivery, () -> {
                            if (id == BATCH / 2) {
                                channel.close();
                                application.failing("close " + id, channel::close);
                                connection.close();
                                application.failing("close connection " + id, connection::close);
                            } else if (id > BATCH / 2) {
                                run.seen()
                                        .raise(
                                                "process " + id,
                                                () -> channel.basicAck(
                                                        delivery.getEnvelope().getDeliveryTag(), false));
                            }
                        });
                    }
                    application.failing("send", () -> application.send(channel, queue, -1, PLAIN));
                    application.failing("get", () -> channel.basicGet(queue, false));
                    application.failing("new channel", connection::createChannel);
                });
        result.figure("%d handlers, 5 of them after it was closed; failed as bare", BATCH);
    }

    private static void send(RabbitMqRun application, Channel channel, String queue, int count) throws Throwable {
        channel.confirmSelect();
        for (int id = 0; id < count; id++) {
            application.send(channel, queue, id, PLAIN);
        }
        channel.waitForConfirmsOrDie(30_000);
    }

    private static Delivery next(Channel channel, String queue) {
        GetResponse response = Awaitility.await()
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(5))
                .atMost(30, SECONDS)
                .until(() -> channel.basicGet(queue, false), got -> got != null);
        return RabbitMqTelemetry.deliveryOf(queue, response);
    }
}
