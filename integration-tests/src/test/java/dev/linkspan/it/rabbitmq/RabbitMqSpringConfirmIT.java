package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.named;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.core.ReturnedMessage;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/** Spring's publisher confirms and returns over a wrapped factory. */
@ExtendWith(RabbitMqExtension.class)
@Tag("spring-amqp")
class RabbitMqSpringConfirmIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private RabbitTemplate template(RabbitMqClients clients, int frameMax) {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        ConnectionFactory factory = rabbitMq.wrap(clients.factory());
        factory.setRequestedFrameMax(frameMax);
        CachingConnectionFactory connections = new RabbitMqSpring(rabbitMq, clients).connections(factory);
        connections.setPublisherConfirmType(CachingConnectionFactory.ConfirmType.CORRELATED);
        connections.setPublisherReturns(true);
        RabbitTemplate template = new RabbitTemplate(connections);
        template.setMandatory(true);
        return template;
    }

    @Test
    void confirms_name_their_messages_also_where_our_header_does_not_fit(RabbitMqClients clients) throws Exception {
        RabbitTemplate template = template(clients, 4096);
        String queue = clients.queue();
        List<CorrelationData> sent = new ArrayList<>();
        for (int room : new int[] {4_000, 400, 350, 300, 250, 200, 4_000}) {
            MessageProperties properties = new MessageProperties();
            properties.setHeader("text", "x".repeat(4_096 - room));
            CorrelationData correlation = new CorrelationData("message " + sent.size());
            sent.add(correlation);
            template.send("", queue, new Message(new byte[3], properties), correlation);
        }

        for (CorrelationData correlation : sent) {
            assertThat(correlation.getFuture().get(30, SECONDS).ack())
                    .as(correlation.getId())
                    .isTrue();
        }
        assertThat(clients.channel().messageCount(queue)).isEqualTo(sent.size());
        assertThat(named(otel.awaitSpans(7), "publish " + queue)).hasSize(7);
        // some had room for it and some had not
        assertThat(otel.metrics().toString()).contains("linkspan.outcome=\"skipped\"", "linkspan.outcome=\"injected\"");
    }

    @Test
    void returns_reach_the_template_s_callback(RabbitMqClients clients) throws Exception {
        RabbitTemplate template = template(clients, 0);
        BlockingQueue<ReturnedMessage> returned = new LinkedBlockingQueue<>();
        template.setReturnsCallback(returned::add);
        CorrelationData correlation = new CorrelationData("lost");
        String nowhere = clients.uniqueName();
        template.send("", nowhere, new Message(new byte[3], new MessageProperties()), correlation);

        assertThat(correlation.getFuture().get(30, SECONDS).ack()).isTrue();
        ReturnedMessage back = returned.poll(30, SECONDS);
        assertThat(back.getReplyCode()).isEqualTo(312);
        assertThat(back.getMessage().getMessageProperties().getHeaders()).containsKey("traceparent");
        assertThat(correlation.getReturned()).isNotNull();
    }
}
