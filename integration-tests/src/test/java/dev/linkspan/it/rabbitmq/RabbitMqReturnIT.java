package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mandatory messages that no queue takes. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqReturnIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
    private RabbitMqTelemetry rabbitMq;
    private Connection connection;
    private Channel channel;
    private String nowhere;

    @BeforeEach
    void connect(RabbitMqClients clients) throws Exception {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        connection = clients.connection(rabbitMq.wrap(clients.factory()));
        channel = rabbitMq.wrap(connection).createChannel();
        channel.confirmSelect();
        nowhere = clients.uniqueName();
    }

    @Test
    void the_return_is_a_failed_span_below_the_publish_span(RabbitMqClients clients) throws Exception {
        channel.addReturnListener(returned::add);
        BasicProperties properties =
                new BasicProperties.Builder().headers(Map.of("tenant", "a")).build();
        channel.basicPublish("", nowhere, true, properties, "lost".getBytes(UTF_8));
        assertThat(channel.waitForConfirms(30_000)).isTrue();

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData publish = one(spans, "publish " + nowhere);
        SpanData back = one(spans, "return " + nowhere);
        assertThat(back.getParentSpanId()).isEqualTo(publish.getSpanId());
        assertThat(back.getTraceId()).isEqualTo(publish.getTraceId());
        assertThat(back.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(back.getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("312");
        Return seen = returned.poll(30, SECONDS);
        assertThat(seen.getReplyText()).isEqualTo("NO_ROUTE");
        assertThat(seen.getBody()).asString().isEqualTo("lost");
        assertThat(seen.getProperties().getHeaders()).containsKeys("tenant", "traceparent");
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void what_a_listener_throws_reaches_the_client_s_handler_as_it_would_without_us(RabbitMqClients clients)
            throws Exception {
        IllegalStateException thrown = new IllegalStateException("on purpose");
        BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
        ConnectionFactory factory = rabbitMq.wrap(clients.factory());
        factory.setExceptionHandler(new DefaultExceptionHandler() {
            @Override
            public void handleReturnListenerException(Channel channel, Throwable exception) {
                seen.add(exception);
            }
        });
        Connection handled = clients.connection(factory);
        for (Channel each : new Channel[] {rabbitMq.wrap(handled.createChannel()), handled.createChannel()}) {
            each.addReturnListener(message -> {
                throw thrown;
            });
            each.basicPublish("", nowhere, true, null, "lost".getBytes(UTF_8));
            assertThat(seen.poll(30, SECONDS)).isSameAs(thrown);
        }

        // ours had heard of it before
        assertThat(named(otel.awaitSpans(3), "return " + nowhere)).hasSize(1);
    }

    @Test
    void a_message_that_some_queue_takes_does_not_come_back(RabbitMqClients clients) throws Exception {
        channel.addReturnListener(returned::add);
        channel.basicPublish("", clients.queue(), true, null, "kept".getBytes(UTF_8));
        assertThat(channel.waitForConfirms(30_000)).isTrue();

        assertThat(returned).isEmpty();
        assertThat(otel.spans()).hasSize(1);
    }
}
