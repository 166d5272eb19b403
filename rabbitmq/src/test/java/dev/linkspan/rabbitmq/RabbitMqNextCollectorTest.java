package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.observation.ObservationCollector;
import com.rabbitmq.client.observation.ObservationCollector.BasicGetCall;
import com.rabbitmq.client.observation.ObservationCollector.PublishCall;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A collector of somebody else that was there before. */
class RabbitMqNextCollectorTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeBroker broker = new FakeBroker();
    private final List<String> seen = new ArrayList<>();
    private Exception failure;
    private ConnectionFactory factory;
    private Connection connection;

    @BeforeEach
    void declare() {
        broker.declare("orders");
        factory = broker.factory();
        factory.setObservationCollector(other());
    }

    @AfterEach
    void close() {
        if (connection != null) {
            connection.abort();
        }
        broker.close();
    }

    /** In whatever shape this version of the client has its collectors. */
    private ObservationCollector other() {
        return (ObservationCollector) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ObservationCollector.class},
                (proxy, method, arguments) -> {
                    seen.add(method.getName());
                    if (failure != null) {
                        throw failure;
                    }
                    return switch (method.getName()) {
                        case "publish" -> {
                            BasicProperties properties = (BasicProperties) arguments[2];
                            seen.add("carries " + properties.getHeaders().keySet());
                            Map<String, Object> headers = RabbitMqTelemetry.copyOf(properties.getHeaders());
                            headers.put("other", "was here");
                            ((PublishCall) arguments[0])
                                    .publish(properties
                                            .builder()
                                            .headers(headers)
                                            .build());
                            yield null;
                        }
                        case "basicConsume" -> (Consumer) arguments[2];
                        case "basicGet" -> ((BasicGetCall) arguments[0]).get();
                        default -> throw new AssertionError(method);
                    };
                });
    }

    private Channel channel() throws Exception {
        connection = factory.newConnection();
        return connection.createChannel();
    }

    @Test
    void it_goes_on_working_inside_of_ours() throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        rabbitMq.wrap(rabbitMq.wrap(factory));
        Channel channel = channel();
        channel.basicPublish("", "orders", null, new byte[0]);
        channel.basicGet("orders", true);
        channel.basicConsume("orders", (tag, delivery) -> {}, tag -> {});
        channel.basicPublish("", "orders", null, new byte[0]);
        otel.awaitSpans(4);

        assertThat(seen)
                .containsExactly(
                        "publish",
                        "carries [traceparent]",
                        "basicGet",
                        "basicConsume",
                        "publish",
                        "carries [traceparent]");
        assertThat(otel.spans())
                .extracting(span -> span.getName())
                .containsExactlyInAnyOrder("publish orders", "receive orders", "publish orders", "process orders");
    }

    @Test
    void what_it_throws_comes_out_as_it_would_without_us() throws Exception {
        RabbitMqTelemetry.create(otel.openTelemetry()).wrap(factory);
        Channel channel = channel();
        for (Exception thrown : List.of(new IOException("other"), new IllegalStateException("other"))) {
            failure = thrown;
            assertThatThrownBy(() -> channel.basicPublish("", "orders", null, new byte[0]))
                    .isSameAs(thrown);
            assertThat(span(otel, "publish orders").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            otel.reset();
        }
    }

    @Test
    void it_hears_once_of_a_message_that_went_without_our_headers() throws Exception {
        broker.frameMax = 4096;
        RabbitMqTelemetry.create(otel.openTelemetry()).wrap(factory);
        BasicProperties nearly = new BasicProperties.Builder()
                .headers(Map.of("text", "x".repeat(4000)))
                .build();
        Channel channel = channel();
        channel.basicPublish("", "orders", nearly, new byte[0]);
        org.awaitility.Awaitility.await().until(() -> broker.size("orders") == 1);

        assertThat(seen).hasSize(2);
        assertThat(broker.headers("orders")).containsOnlyKeys("text");
    }
}
