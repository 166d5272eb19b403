package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.rabbitmq.RabbitMqSpring.PATIENCE;
import static dev.linkspan.it.rabbitmq.RabbitMqSpring.started;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.aopalliance.aop.Advice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.amqp.AmqpRejectAndDontRequeueException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareBatchMessageListener;

/** Spring AMQP, given a wrapped connection factory: its template, its containers, and the advice of the examples. */
@ExtendWith(RabbitMqExtension.class)
@Tag("spring-amqp")
class RabbitMqSpringIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private RabbitMqTelemetry rabbitMq;
    private RabbitMqSpring spring;
    private String queue;

    @BeforeEach
    void set_up(RabbitMqClients clients) {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        spring = new RabbitMqSpring(rabbitMq, clients);
        queue = clients.queue();
    }

    private void handle(Message message) {
        handled.add(new String(message.getBody()) + " in "
                + Span.current().getSpanContext().getSpanId());
    }

    private void assertHandledInItsOwnLinkedSpan(List<SpanData> spans) throws InterruptedException {
        SpanData process = one(spans, "process " + queue);
        assertThat(process.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(process))
                .containsExactly(one(spans, "publish " + queue).getSpanId());
        assertThat(handled.poll(30, SECONDS)).isEqualTo("chair in " + process.getSpanId());
        otel.assertThatSpans().propagates(queue).followsConventions();
        otel.assertThatMetrics().hasConsumed(queue, 1).followsConventions();
    }

    @Test
    void a_simple_container_s_listener_runs_in_a_span_linked_to_the_template_s() throws Exception {
        spring.template().convertAndSend(queue, "chair");
        started(spring.simple(queue, this::handle));

        assertHandledInItsOwnLinkedSpan(otel.awaitSpans(2, PATIENCE));
    }

    @Test
    void a_direct_container_s_listener_does_so_and_the_advice_adds_no_second_span() throws Exception {
        spring.template().convertAndSend(queue, "chair");
        started(spring.direct(queue, this::handle));

        assertHandledInItsOwnLinkedSpan(otel.awaitSpans(2, PATIENCE));
    }

    @Test
    void a_direct_container_needs_no_advice() throws Exception {
        spring.template().convertAndSend(queue, "chair");
        var container = spring.direct(queue, this::handle);
        container.setAdviceChain();
        started(container);

        assertHandledInItsOwnLinkedSpan(otel.awaitSpans(2, PATIENCE));
    }

    @Test
    void a_simple_container_without_advice_has_no_span_that_would_time_its_queue() throws Exception {
        spring.template().convertAndSend(queue, "chair");
        SimpleMessageListenerContainer container = spring.simple(queue, this::handle);
        container.setAdviceChain(new Advice[0]);
        started(container);

        assertThat(handled.poll(30, SECONDS)).isEqualTo("chair in 0000000000000000");
        assertThat(otel.spans()).extracting(SpanData::getName).containsExactly("publish " + queue);
        otel.assertThatMetrics().hasConsumed(queue, 1);
    }

    @Test
    void a_batch_listener_runs_in_one_span_linked_to_each_producer() throws Exception {
        RabbitTemplate template = spring.template();
        for (String body : List.of("chair", "table", "lamp")) {
            template.convertAndSend(queue, body);
        }
        SimpleMessageListenerContainer container = spring.simple(queue, message -> {});
        container.setMessageListener(
                (ChannelAwareBatchMessageListener) (messages, channel) -> messages.forEach(this::handle));
        container.setConsumerBatchEnabled(true);
        container.setBatchSize(3);
        container.setPrefetchCount(10);
        container.setReceiveTimeout(10_000);
        started(container);

        List<SpanData> spans = otel.awaitSpans(4, PATIENCE);
        SpanData process = one(spans, "process " + queue);
        assertThat(linksOf(process))
                .containsExactlyElementsOf(named(spans, "publish " + queue).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        for (String body : List.of("chair", "table", "lamp")) {
            assertThat(handled.poll(30, SECONDS)).isEqualTo(body + " in " + process.getSpanId());
        }
        otel.assertThatSpans()
                .propagates(queue)
                .followsConventions()
                .destination(queue)
                .hasBatches(3);
        otel.assertThatMetrics().hasConsumed(queue, 3);
    }

    @Test
    void what_a_listener_sends_is_below_its_span_and_its_failure_marks_it(RabbitMqClients clients) throws Exception {
        String dead = clients.queue();
        String orders = clients.queue(Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", dead));
        RabbitTemplate template = spring.template();
        template.convertAndSend(orders, "penguin");
        started(spring.simple(orders, message -> {
            template.convertAndSend(queue, "we do not sell them");
            throw new AmqpRejectAndDontRequeueException("we do not sell penguins");
        }));
        started(spring.simple(dead, this::handle));

        List<SpanData> spans = otel.awaitSpans(4, PATIENCE);
        SpanData publish = one(spans, "publish " + orders);
        SpanData process = one(spans, "process " + orders);
        assertThat(process.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(one(spans, "publish " + queue).getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(linksOf(process)).containsExactly(publish.getSpanId());
        assertThat(linksOf(one(spans, "process " + dead))).containsExactly(publish.getSpanId());
    }

    @Test
    void a_request_and_its_reply_link_both_ways() {
        RabbitTemplate template = spring.template();
        template.setReplyTimeout(30_000);
        RabbitTemplate answering = spring.template();
        started(spring.simple(queue, (MessageListener) request -> {
            MessageProperties properties = new MessageProperties();
            properties.setCorrelationId(request.getMessageProperties().getCorrelationId());
            answering.send(request.getMessageProperties().getReplyTo(), new Message("9.95".getBytes(), properties));
        }));

        Object answer = template.convertSendAndReceive(queue, "chair");

        assertThat((byte[]) answer).asString().isEqualTo("9.95");
        List<SpanData> spans = otel.awaitSpans(4, PATIENCE);
        SpanData answered = one(spans, "process " + queue);
        assertThat(linksOf(answered))
                .containsExactly(one(spans, "publish " + queue).getSpanId());
        SpanData reply = one(spans, "publish amq.rabbitmq.reply-to");
        assertThat(reply.getParentSpanId()).isEqualTo(answered.getSpanId());
        assertThat(linksOf(one(spans, "process amq.rabbitmq.reply-to"))).containsExactly(reply.getSpanId());
    }

    @Test
    void a_template_that_receives_by_itself_has_receive_spans() {
        RabbitTemplate template = spring.template();
        template.convertAndSend(queue, "chair");
        org.awaitility.Awaitility.await().until(() -> template.receive(queue), message -> message != null);

        List<SpanData> spans = otel.awaitSpans(2, PATIENCE);
        assertThat(linksOf(one(spans, "receive " + queue)))
                .containsExactly(one(spans, "publish " + queue).getSpanId());
    }

    @Test
    void a_wrapped_factory_is_the_one_that_spring_was_given(RabbitMqClients clients) {
        ConnectionFactory factory = clients.factory();
        CachingConnectionFactory connections = spring.connections(rabbitMq.wrap(factory));

        assertThat(connections.getRabbitConnectionFactory()).isSameAs(factory);
    }
}
