package dev.linkspan.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The real client, wrapped and not, at a broker of its own. */
final class RabbitMqBench implements AutoCloseable {

    static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    static final String SPAN_ID = "b7ad6b7169203331";
    static final String TRACEPARENT = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";

    private static final Duration POLL = Duration.ofMillis(5);

    final FakeBroker broker = new FakeBroker();
    final RabbitMqTelemetry rabbitMq;
    final ConnectionFactory factory;
    final Connection connection;
    /** Wrapped, as is its connection and its factory. */
    final Channel channel;

    private final Connection bareConnection;
    /** Of a factory that nobody wrapped. */
    final Channel bare;

    RabbitMqBench(RabbitMqTelemetry rabbitMq) throws Exception {
        this.rabbitMq = rabbitMq;
        factory = rabbitMq.wrap(broker.factory());
        connection = rabbitMq.wrap(factory.newConnection());
        channel = connection.createChannel();
        bareConnection = broker.factory().newConnection();
        bare = bareConnection.createChannel();
        bare.confirmSelect();
        channel.queueDeclare("orders", false, false, false, null);
    }

    /** Puts a message with a context into the queue. */
    void given(String body) throws Exception {
        given(body, Map.of("traceparent", TRACEPARENT));
    }

    void given(String body, Map<String, Object> headers) throws Exception {
        BasicProperties properties =
                new BasicProperties.Builder().headers(headers).build();
        bare.basicPublish("", "orders", properties, body.getBytes(UTF_8));
        bare.waitForConfirmsOrDie(10_000);
    }

    /** Waits until as many messages are in the queue. */
    void awaitMessages(int count) {
        await().pollInterval(POLL).until(() -> broker.size("orders") == count);
    }

    /** The one span of that name, as soon as it has ended. */
    static SpanData span(LinkspanExtension otel, String name) {
        List<SpanData> found = await().pollInterval(POLL).until(() -> spans(otel, name), spans -> !spans.isEmpty());
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    static List<SpanData> spans(LinkspanExtension otel, String name) {
        return otel.spans().stream().filter(span -> span.getName().equals(name)).toList();
    }

    static List<String> linksOf(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(SpanContext::getSpanId)
                .toList();
    }

    /** Work that may throw anything. */
    interface Work {
        void run() throws Exception;
    }

    /** Runs some work inside a span of the application. */
    static SpanContext inSpan(LinkspanExtension otel, String name, Work work) throws Exception {
        Span span =
                otel.openTelemetry().getTracer("application").spanBuilder(name).startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
        return span.getSpanContext();
    }

    @Override
    public void close() throws Exception {
        connection.abort();
        bareConnection.abort();
        broker.close();
    }
}
