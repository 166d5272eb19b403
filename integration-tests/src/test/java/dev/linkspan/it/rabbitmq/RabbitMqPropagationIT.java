package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One hop: from a publish over the broker to a consumer's handler. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqPropagationIT {

    private static final byte[] CHAIR = "chair".getBytes(UTF_8);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private RabbitMqTelemetry rabbitMq;
    private Channel channel;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients clients) throws Exception {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
        channel.confirmSelect();
        queue = clients.queue();
    }

    private void consume(String from) throws Exception {
        channel.basicConsume(
                from,
                (tag, delivery) -> {
                    handled.add(new String(delivery.getBody(), UTF_8) + " in "
                            + Span.current().getSpanContext().getSpanId());
                    channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
                },
                tag -> {});
    }

    @Test
    void a_message_is_handled_in_a_trace_of_its_own_that_links_to_its_producer() throws Exception {
        channel.basicPublish("", queue, null, CHAIR);
        consume(queue);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, "publish " + queue);
        SpanData process = one(spans, "process " + queue);
        assertThat(publish.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(process.getTraceId()).isNotEqualTo(publish.getTraceId());
        assertThat(linksOf(process)).containsExactly(publish.getSpanId());
        assertThat(one(spans, "ack " + queue).getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(handled.poll(30, SECONDS)).isEqualTo("chair in " + process.getSpanId());
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    @Test
    void two_queues_of_an_exchange_both_link_to_the_one_publish_span(RabbitMqClients clients) throws Exception {
        String exchange = clients.exchange("topic");
        String other = clients.queue();
        channel.queueBind(queue, exchange, "order.*");
        channel.queueBind(other, exchange, "#");
        channel.basicPublish(exchange, "order.paid", null, CHAIR);
        consume(queue);
        consume(other);

        List<SpanData> spans = otel.awaitSpans(5);
        String sentTo = exchange + ":order.paid";
        SpanData publish = one(spans, "publish " + sentTo);
        for (String each : List.of(queue, other)) {
            assertThat(linksOf(one(spans, "process " + sentTo + ":" + each))).containsExactly(publish.getSpanId());
            otel.assertThatSpans().propagates(sentTo, sentTo + ":" + each);
        }
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void a_queue_that_the_broker_named_stays_out_of_the_span_s_name(RabbitMqClients clients) throws Exception {
        String exchange = clients.exchange("fanout");
        String generated = channel.queueDeclare().getQueue();
        channel.queueBind(generated, exchange, "");
        channel.basicPublish(exchange, "", null, CHAIR);
        consume(generated);

        List<SpanData> spans = otel.awaitSpans(3);
        assertThat(generated).startsWith("amq.gen-");
        SpanData process = one(spans, "process " + exchange + ":amq.gen-*");
        assertThat(process.getAttributes().asMap().toString())
                .contains(
                        "messaging.destination.anonymous=true",
                        "messaging.destination.name=" + exchange + ":" + generated);
        assertThat(linksOf(process))
                .containsExactly(one(spans, "publish " + exchange).getSpanId());
    }

    @Test
    void a_message_without_context_is_handled_and_links_to_nothing(RabbitMqClients clients) throws Exception {
        clients.channel().basicPublish("", queue, null, CHAIR);
        consume(queue);

        assertThat(linksOf(one(otel.awaitSpans(2), "process " + queue))).isEmpty();
    }

    /** As other clients may write them: as text, as bytes, and as values that are no text at all. */
    static Stream<Object> hostile() {
        return Stream.concat(
                dev.linkspan.it.HostileValues.traceparents()
                        .flatMap(value -> Stream.of(value, LongStringHelper.asLongString(value))),
                Stream.of(7, 7L, 1.5, true, new java.util.Date(0), List.of("x"), Map.of("traceparent", "x")));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("hostile")
    void a_hostile_traceparent_gives_a_handled_message_and_no_link(Object value, RabbitMqClients clients)
            throws Exception {
        Map<String, Object> headers = new HashMap<>(Map.of("traceparent", value));
        Channel bare = clients.channel();
        bare.basicPublish(
                "", queue, new BasicProperties.Builder().headers(headers).build(), CHAIR);
        headers.put("traceparent", null);
        headers.put("tracestate", null);
        bare.basicPublish(
                "", queue, new BasicProperties.Builder().headers(headers).build(), CHAIR);
        consume(queue);

        assertThat(named(otel.awaitSpans(4), "process " + queue))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).isEmpty());
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void a_redelivered_message_is_a_second_span_that_links_to_the_same_producer() throws Exception {
        channel.basicPublish("", queue, null, CHAIR);
        List<Boolean> redelivered = new ArrayList<>();
        channel.basicConsume(
                queue,
                (tag, delivery) -> {
                    redelivered.add(delivery.getEnvelope().isRedeliver());
                    channel.basicReject(
                            delivery.getEnvelope().getDeliveryTag(),
                            !delivery.getEnvelope().isRedeliver());
                },
                tag -> {});

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData publish = one(spans, "publish " + queue);
        assertThat(redelivered).containsExactly(false, true);
        assertThat(named(spans, "process " + queue))
                .hasSize(2)
                .allSatisfy(process -> assertThat(linksOf(process)).containsExactly(publish.getSpanId()));
        assertThat(named(spans, "reject " + queue)).hasSize(2);
    }

    @Test
    void baggage_reaches_the_handler_and_leaves_the_client_s_thread_again(RabbitMqClients clients) throws Exception {
        try (Scope scope = Baggage.builder().put("tenant", "blue").build().makeCurrent()) {
            channel.basicPublish("", queue, null, CHAIR);
        }
        channel.waitForConfirmsOrDie(30_000);
        clients.channel().basicPublish("", queue, null, CHAIR);
        channel.basicConsume(
                queue,
                true,
                (tag, delivery) -> handled.add("tenant " + Baggage.current().getEntryValue("tenant")),
                tag -> {});

        assertThat(handled.poll(30, SECONDS)).isEqualTo("tenant blue");
        assertThat(handled.poll(30, SECONDS)).isEqualTo("tenant null");
        otel.awaitSpans(3);
    }

    @Test
    void a_pulled_message_has_a_receive_span_and_is_processed_by_the_tracer() throws Exception {
        channel.basicPublish("", queue, null, CHAIR);
        channel.waitForConfirmsOrDie(30_000);
        GetResponse response = channel.basicGet(queue, true);
        Delivery delivery = RabbitMqTelemetry.deliveryOf(queue, response);
        Map<String, Object> before = Map.copyOf(response.getProps().getHeaders());
        rabbitMq.deliveries(queue).process(delivery, d -> {});

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, "publish " + queue);
        assertThat(linksOf(one(spans, "receive " + queue))).containsExactly(publish.getSpanId());
        assertThat(linksOf(one(spans, "process " + queue))).containsExactly(publish.getSpanId());
        assertThat(response.getProps().getHeaders()).isEqualTo(before);
        assertThat(channel.basicGet(queue, true)).isNull();
        assertThat(otel.spans()).hasSize(3);
        otel.assertThatMetrics().hasConsumed(queue, 1).followsConventions();
    }

    @Test
    void a_context_made_beforehand_is_kept(RabbitMqClients clients) throws Exception {
        BasicProperties prepared = rabbitMq.create("", queue, null);
        Thread other = new Thread(() -> {
            try {
                channel.basicPublish("", queue, prepared, CHAIR);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        other.start();
        other.join();
        consume(queue);

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData create = one(spans, "create " + queue);
        assertThat(linksOf(one(spans, "publish " + queue))).containsExactly(create.getSpanId());
        assertThat(linksOf(one(spans, "process " + queue))).containsExactly(create.getSpanId());
    }
}
