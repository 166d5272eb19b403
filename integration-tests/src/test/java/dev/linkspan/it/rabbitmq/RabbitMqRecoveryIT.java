package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Recoverable;
import com.rabbitmq.client.RecoveryListener;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The connection's socket is closed under it, and the client recovers by itself. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqRecoveryIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> recoveries = new LinkedBlockingQueue<>();
    private final BlockingQueue<Delivery> handedOff = new LinkedBlockingQueue<>();
    private RabbitMqTelemetry rabbitMq;
    private Channel channel;
    private String queue;

    @BeforeEach
    void connect(RabbitMqClients clients) throws Exception {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        ConnectionFactory factory = rabbitMq.wrap(clients.factory());
        factory.setSocketConfigurator(sockets::add);
        Connection connection = rabbitMq.wrap(clients.connection(factory));
        channel = connection.createChannel();
        channel.confirmSelect();
        ((Recoverable) connection).addRecoveryListener(new RecoveryListener() {
            @Override
            public void handleRecovery(Recoverable recovered) {
                recoveries.add("done");
            }

            @Override
            public void handleRecoveryStarted(Recoverable recovering) {}
        });
        queue = clients.queue();
    }

    private void kill() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        assertThat(recoveries.poll(30, SECONDS)).isEqualTo("done");
    }

    private void publish(String... bodies) throws Exception {
        for (String body : bodies) {
            channel.basicPublish("", queue, null, body.getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie(30_000);
    }

    private List<Delivery> next(int count) throws InterruptedException {
        List<Delivery> next = new ArrayList<>();
        while (next.size() < count) {
            Delivery delivery = handedOff.poll(30, SECONDS);
            assertThat(delivery).isNotNull();
            next.add(delivery);
        }
        return next;
    }

    @Test
    void publishing_consuming_and_settling_are_traced_after_a_recovery_as_before() throws Exception {
        List<String> handled = new CopyOnWriteArrayList<>();
        channel.basicConsume(
                queue,
                (tag, delivery) -> {
                    handled.add(new String(delivery.getBody(), UTF_8));
                    channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                },
                tag -> {});
        publish("before");
        otel.awaitSpans(3);
        // a call that the broker answers only after the ack
        channel.queueDeclarePassive(queue);
        kill();
        publish("after");

        List<SpanData> spans = otel.awaitSpans(6);
        assertThat(handled).containsExactly("before", "after");
        assertThat(named(spans, "process " + queue))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).hasSize(1));
        assertThat(named(spans, "ack " + queue)).hasSize(2);
        otel.assertThatSpans().propagates(queue).hasNoErrors().followsConventions();
    }

    @Test
    void a_batch_whose_connection_was_killed_is_delivered_again_and_settled_then() throws Exception {
        publish("a", "b", "c");
        SpanData[] published = named(otel.awaitSpans(3), "publish " + queue).toArray(new SpanData[0]);
        channel.basicConsume(queue, rabbitMq.handOff((tag, delivery) -> handedOff.add(delivery), tag -> {}));
        BatchProcessor<Delivery> batches = BatchProcessor.create(rabbitMq.deliveries(queue));
        RabbitMqSettlement settlement = RabbitMqSettlement.of(channel);

        List<Delivery> first = next(3);
        BatchResult<Delivery> killed =
                batches.process(first, batch -> batch.forEach(delivery -> kill(delivery, first)));
        // the tags are of the connection that was: the client lets them pass, the broker never hears of them
        killed.settle(settlement::settle);

        List<Delivery> again = next(3);
        assertThat(again).allMatch(delivery -> delivery.getEnvelope().isRedeliver());
        assertThat(again)
                .extracting(delivery -> delivery.getEnvelope().getDeliveryTag())
                .doesNotContainAnyElementsOf(first.stream()
                        .map(delivery -> delivery.getEnvelope().getDeliveryTag())
                        .toList());
        batches.process(again, batch -> batch.forEach(delivery -> {})).settle(settlement::settle);
        await().atMost(Duration.ofSeconds(30)).until(() -> channel.messageCount(queue) == 0);

        List<SpanData> processes = named(otel.spans(), "process " + queue);
        assertThat(processes)
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process))
                        .containsExactly(published[0].getSpanId(), published[1].getSpanId(), published[2].getSpanId()));
        assertThat(named(otel.spans(), "ack " + queue))
                .extracting(SpanData::getParentSpanId)
                .containsExactly(processes.get(0).getSpanId(), processes.get(1).getSpanId());
        assertThat(handedOff).isEmpty();
    }

    private void kill(Delivery delivery, List<Delivery> batch) throws Exception {
        if (delivery == batch.get(1)) {
            kill();
        }
    }

    @Test
    void a_handler_whose_connection_is_killed_has_one_span_and_its_message_a_second() throws Exception {
        // before anybody is there to kill the connection that the confirm comes by
        publish("chair");
        BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
        CompletableFuture<Void> consuming = new CompletableFuture<>();
        channel.basicConsume(
                queue,
                (tag, delivery) -> {
                    if (!delivery.getEnvelope().isRedeliver()) {
                        // the client recovers no consumer of which it has not taken note
                        RabbitMqClients.await(consuming);
                        sockets.forEach(RabbitMqRecoveryIT::close);
                        outcomes.add("killed");
                    } else {
                        outcomes.add("again");
                        channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                    }
                },
                tag -> {});
        consuming.complete(null);

        assertThat(outcomes.poll(30, SECONDS)).isEqualTo("killed");
        assertThat(outcomes.poll(30, SECONDS)).isEqualTo("again");
        List<SpanData> spans = otel.awaitSpans(4);
        SpanData publish = one(spans, "publish " + queue);
        assertThat(named(spans, "process " + queue))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(publish.getSpanId()));
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
