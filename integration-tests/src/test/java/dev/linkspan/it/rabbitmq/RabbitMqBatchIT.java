package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.rabbitmq.RabbitMqSettlement;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many deliveries as one span, settled by what became of each. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqBatchIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<Delivery> handedOff = new LinkedBlockingQueue<>();
    private RabbitMqTelemetry rabbitMq;
    private Channel channel;
    private Channel bare;

    @BeforeEach
    void connect(RabbitMqClients clients) throws Exception {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
        channel.confirmSelect();
        bare = clients.channel();
    }

    private void publish(String queue, String... bodies) throws Exception {
        for (String body : bodies) {
            channel.basicPublish("", queue, null, body.getBytes(UTF_8));
        }
        channel.waitForConfirmsOrDie(30_000);
    }

    private List<Delivery> receive(String queue, int count) throws Exception {
        if (handedOff.isEmpty()) {
            channel.basicConsume(
                    queue, false, "batches", rabbitMq.handOff((tag, delivery) -> handedOff.add(delivery), tag -> {}));
        }
        List<Delivery> received = new ArrayList<>();
        while (received.size() < count) {
            Delivery next = handedOff.poll(30, SECONDS);
            assertThat(next).isNotNull();
            received.add(next);
        }
        channel.basicCancel("batches");
        return received;
    }

    private void handle(String queue, List<Delivery> deliveries, Set<String> bad, RabbitMqSettlement settlement)
            throws Exception {
        BatchProcessor.create(rabbitMq.deliveries(queue))
                .process(
                        deliveries,
                        batch -> batch.forEach(delivery -> {
                            if (bad.contains(new String(delivery.getBody(), UTF_8))) {
                                throw new IllegalStateException("no");
                            }
                        }),
                        settlement::settle);
    }

    @Test
    void a_batch_is_one_span_linked_to_each_producer_and_its_acks_are_one_span_below_it(RabbitMqClients clients)
            throws Exception {
        String queue = clients.queue();
        publish(queue, "chair", "table", "lamp");
        List<Delivery> deliveries = receive(queue, 3);
        handle(queue, deliveries, Set.of(), RabbitMqSettlement.of(channel));

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData process = one(spans, "process " + queue);
        assertThat(linksOf(process))
                .containsExactlyElementsOf(named(spans, "publish " + queue).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        assertThat(process.getLinks())
                .extracting(link -> link.getAttributes().get(longKey("messaging.rabbitmq.message.delivery_tag")))
                .containsExactly(1L, 2L, 3L);
        SpanData ack = one(spans, "ack " + queue);
        assertThat(ack.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(ack.getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(3);
        await().until(() -> bare.messageCount(queue) == 0);
        otel.assertThatSpans().propagates(queue).followsConventions();
        otel.assertThatMetrics().hasConsumed(queue, 3).followsConventions();
    }

    @Test
    void what_failed_comes_again_and_nothing_else_does(RabbitMqClients clients) throws Exception {
        String queue = clients.queue();
        publish(queue, "a", "bad", "c", "worse", "e");
        handle(queue, receive(queue, 5), Set.of("bad", "worse"), RabbitMqSettlement.of(channel));

        List<Delivery> again = receive(queue, 2);
        assertThat(again)
                .extracting(delivery -> new String(delivery.getBody(), UTF_8))
                .containsExactly("bad", "worse");
        assertThat(again).allMatch(delivery -> delivery.getEnvelope().isRedeliver());
        handle(queue, again, Set.of(), RabbitMqSettlement.of(channel));
        await().until(() -> bare.messageCount(queue) == 0);
        assertThat(one(otel.spans(), "nack " + queue).getAttributes().get(longKey("messaging.batch.message_count")))
                .isEqualTo(2);
    }

    @Test
    void what_failed_goes_to_the_dead_letters_where_it_is_said_so(RabbitMqClients clients) throws Exception {
        String dead = clients.queue();
        String queue = clients.queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        publish(queue, "a", "bad", "c");
        handle(queue, receive(queue, 3), Set.of("bad"), RabbitMqSettlement.of(channel, false));

        GetResponse letter = await().until(() -> bare.basicGet(dead, true), got -> got != null);
        assertThat(letter.getBody()).asString().isEqualTo("bad");
        await().until(() -> bare.messageCount(queue) == 0);
    }

    @Test
    void nothing_that_others_still_work_on_is_settled(RabbitMqClients clients) throws Exception {
        String queue = clients.queue();
        publish(queue, "slow", "quick");
        List<Delivery> both = receive(queue, 2);
        RabbitMqSettlement.of(channel).settle(both.subList(1, 2), delivery -> true);
        // a call that the broker answers only after the ack
        channel.queueDeclarePassive(queue);
        channel.close();

        GetResponse again = await().until(() -> bare.basicGet(queue, true), got -> got != null);
        assertThat(again.getBody()).asString().isEqualTo("slow");
        assertThat(bare.basicGet(queue, true)).isNull();
    }

    @Test
    void a_batch_whose_channel_closed_is_delivered_again(RabbitMqClients clients) throws Exception {
        String queue = clients.queue();
        publish(queue, "a", "b");
        List<Delivery> deliveries = receive(queue, 2);
        channel.close();
        assertThatThrownBy(() -> handle(queue, deliveries, Set.of(), RabbitMqSettlement.of(channel)))
                .isInstanceOf(AlreadyClosedException.class);

        await().until(() -> bare.messageCount(queue) == 2);
        assertThat(named(otel.spans(), "process " + queue)).hasSize(1);
    }

    @Test
    void a_thousand_deliveries_of_a_thousand_producers_are_one_span_with_128_links(RabbitMqClients clients)
            throws Exception {
        String queue = clients.queue();
        String[] bodies = new String[1_000];
        java.util.Arrays.fill(bodies, "order");
        publish(queue, bodies);
        handle(queue, receive(queue, 1_000), Set.of(), RabbitMqSettlement.of(channel));

        SpanData process = one(otel.spans(), "process " + queue);
        assertThat(process.getLinks()).hasSize(128);
        assertThat(process.getAttributes().get(longKey("linkspan.links.left_out")))
                .isEqualTo(872);
        assertThat(named(otel.spans(), "ack " + queue)).hasSize(1);
        await().until(() -> bare.messageCount(queue) == 0);
    }
}
