package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that the broker moves, counts and gives back. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqDeadLetterIT {

    private static final AttributeKey<Long> DEATHS = longKey("linkspan.rabbitmq.death_count");
    private static final AttributeKey<Long> DELIVERIES = longKey("linkspan.message.delivery_count");
    private static final AttributeKey<Boolean> REDELIVERED = booleanKey("linkspan.rabbitmq.redelivered");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private Channel channel;

    @BeforeEach
    void connect(RabbitMqClients clients) throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
    }

    private static Map<String, Object> deadLettersTo(String queue) {
        return Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", queue);
    }

    private void reject(String queue, boolean requeue) throws Exception {
        channel.basicConsume(
                queue,
                (tag, delivery) -> channel.basicReject(delivery.getEnvelope().getDeliveryTag(), requeue),
                tag -> {});
    }

    private void accept(String queue) throws Exception {
        channel.basicConsume(
                queue,
                (tag, delivery) -> channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false),
                tag -> {});
    }

    @Test
    void a_dead_letter_links_to_its_first_producer_and_says_that_it_died(RabbitMqClients clients) throws Exception {
        String dead = clients.queue();
        String queue = clients.queue(deadLettersTo(dead));
        channel.basicPublish("", queue, null, "poison".getBytes(UTF_8));
        reject(queue, false);
        accept(dead);

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData publish = one(spans, "publish " + queue);
        SpanData first = one(spans, "process " + queue);
        SpanData second = one(spans, "process " + dead);
        assertThat(linksOf(first)).containsExactly(publish.getSpanId());
        assertThat(linksOf(second)).containsExactly(publish.getSpanId());
        assertThat(second.getParentSpanContext().isValid()).isFalse();
        assertThat(first.getAttributes().get(DEATHS)).isNull();
        assertThat(second.getAttributes().get(DEATHS)).isEqualTo(1);
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void a_message_that_goes_round_counts_its_deaths(RabbitMqClients clients) throws Exception {
        String waiting = clients.uniqueName();
        String queue = clients.queue(deadLettersTo(waiting));
        channel.queueDeclare(
                waiting,
                false,
                true,
                false,
                Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", queue, "x-message-ttl", 10));
        channel.basicPublish("", queue, null, "poison".getBytes(UTF_8));
        channel.basicConsume(
                queue,
                (tag, delivery) -> {
                    long deliveryTag = delivery.getEnvelope().getDeliveryTag();
                    if (deliveryTag < 3) {
                        channel.basicReject(deliveryTag, false);
                    } else {
                        channel.basicAck(deliveryTag, false);
                    }
                },
                tag -> {});

        List<SpanData> spans = otel.awaitSpans(7);
        SpanData publish = one(spans, "publish " + queue);
        List<SpanData> processes = named(spans, "process " + queue);
        // each round dies twice: of rejection and of age
        assertThat(processes)
                .extracting(process -> process.getAttributes().get(DEATHS))
                .containsExactly(null, 2L, 4L);
        assertThat(processes).allSatisfy(process -> assertThat(linksOf(process)).containsExactly(publish.getSpanId()));
    }

    @Test
    void a_dead_letter_that_is_sent_on_is_a_hop_that_links_to_the_first(RabbitMqClients clients) throws Exception {
        String archive = clients.queue();
        String dead = clients.queue();
        String queue = clients.queue(deadLettersTo(dead));
        channel.basicPublish("", queue, null, "poison".getBytes(UTF_8));
        reject(queue, false);
        channel.basicConsume(
                dead,
                true,
                // with the headers it came with, the broker's among them
                (tag, delivery) -> channel.basicPublish("", archive, delivery.getProperties(), delivery.getBody()),
                tag -> {});
        accept(archive);

        List<SpanData> spans = otel.awaitSpans(7);
        SpanData hop = one(spans, "publish " + archive);
        assertThat(hop.getParentSpanId())
                .isEqualTo(one(spans, "process " + dead).getSpanId());
        assertThat(linksOf(hop)).containsExactly(one(spans, "publish " + queue).getSpanId());
        assertThat(linksOf(one(spans, "process " + archive))).containsExactly(hop.getSpanId());
    }

    @Test
    void a_quorum_queue_s_count_of_deliveries_is_on_the_span(RabbitMqClients clients) throws Exception {
        String queue = clients.queue(Map.of("x-queue-type", "quorum", "x-delivery-limit", 2));
        channel.basicPublish("", queue, null, "poison".getBytes(UTF_8));
        reject(queue, true);

        List<SpanData> processes = named(otel.awaitSpans(7), "process " + queue);
        assertThat(processes)
                .extracting(process -> process.getAttributes().get(DELIVERIES))
                .containsExactly(null, 2L, 3L);
        assertThat(processes)
                .extracting(process -> process.getAttributes().get(REDELIVERED))
                .containsExactly(null, true, true);
    }
}
