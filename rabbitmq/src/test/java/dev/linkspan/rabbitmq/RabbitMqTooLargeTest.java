package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All headers of a message must fit into one frame, and a refused message must not cost a number for confirms. */
class RabbitMqTooLargeTest {

    private static final byte[] BODY = "hello".getBytes(UTF_8);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final FakeBroker broker = new FakeBroker();
    private final List<Connection> connections = new ArrayList<>();
    private RabbitMqTelemetry rabbitMq;

    @BeforeEach
    void telemetry() {
        rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        broker.declare("orders");
    }

    @AfterEach
    void close() {
        otel.assertThatSpans().followsConventions();
        connections.forEach(Connection::abort);
        broker.close();
    }

    private Channel channel(ConnectionFactory factory) throws Exception {
        Connection connection = factory.newConnection();
        connections.add(connection);
        Channel channel = connection.createChannel();
        channel.confirmSelect();
        return channel;
    }

    private Channel traced(int frameMax) throws Exception {
        ConnectionFactory factory = rabbitMq.wrap(broker.factory());
        factory.setRequestedFrameMax(frameMax);
        return channel(factory);
    }

    /** Properties whose frame has so many bytes left. */
    private static BasicProperties leaving(int room, int frameMax) throws Exception {
        BasicProperties empty =
                new BasicProperties.Builder().headers(Map.of("text", "")).build();
        int length = frameMax - room - empty.toFrame(1, BODY.length).size();
        return new BasicProperties.Builder()
                .headers(Map.of("text", "x".repeat(length)))
                .build();
    }

    private long skipped() {
        return otel.metrics().stream()
                .filter(metric -> metric.getName().equals("linkspan.propagation.injected"))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .filter(point -> point.getAttributes().asMap().containsValue("skipped"))
                .mapToLong(point -> point.getValue())
                .sum();
    }

    @Test
    void message_that_has_just_enough_room_carries_its_context() throws Exception {
        traced(4096).basicPublish("", "orders", leaving(72, 4096), BODY);
        span(otel, "publish orders");

        FakeBroker.Message message = awaitMessage();
        assertThat(message.properties().getHeaders()).containsOnlyKeys("text", "traceparent");
        assertThat(message.properties().toFrame(1, BODY.length).size()).isEqualTo(4096);
    }

    @Test
    void message_that_lacks_a_byte_goes_without_context_and_is_counted() throws Exception {
        BasicProperties exact = leaving(71, 4096);
        traced(4096).basicPublish("", "orders", exact, BODY);

        assertThat(awaitMessage().properties().getHeaders()).containsOnlyKeys("text");
        assertThat(span(otel, "publish orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(skipped()).isEqualTo(1);
    }

    @Test
    void baggage_that_does_not_fit_stays_behind_and_the_context_goes() throws Exception {
        Channel channel = traced(4096);
        try (Scope scope =
                Baggage.builder().put("tenant", "x".repeat(3000)).build().makeCurrent()) {
            channel.basicPublish("", "orders", leaving(2000, 4096), BODY);
        }

        assertThat(awaitMessage().properties().getHeaders()).containsOnlyKeys("text", "traceparent");
    }

    /** Without a limit asked for, the default of the broker counts. */
    @Test
    void limit_that_was_not_asked_for_is_the_broker_s_default() throws Exception {
        traced(0).basicPublish("", "orders", leaving(71, 131_072), BODY);

        assertThat(awaitMessage().properties().getHeaders()).containsOnlyKeys("text");
        assertThat(skipped()).isEqualTo(1);
    }

    @Test
    void limit_that_the_broker_lowered_is_seen_when_the_client_refuses() throws Exception {
        broker.frameMax = 8192;
        Channel channel = traced(0);
        List<Long> confirmed = confirmed(channel);
        channel.basicPublish("", "orders", null, BODY);
        channel.basicPublish("", "orders", leaving(71, 8192), BODY);
        channel.basicPublish("", "orders", null, BODY);

        assertThat(channel.waitForConfirms(10_000)).isTrue();
        assertThat(confirmed).containsExactly(1L, 2L, 3L);
        broker.poll("orders");
        assertThat(awaitMessage().properties().getHeaders()).containsOnlyKeys("text");
        assertThat(skipped()).isEqualTo(1);
    }

    @Test
    void confirms_name_the_right_message_after_one_that_did_not_fit() throws Exception {
        Channel channel = traced(4096);
        List<Long> confirmed = confirmed(channel);
        for (int i = 1; i <= 3; i++) {
            assertThat(channel.getNextPublishSeqNo()).isEqualTo(i);
            channel.basicPublish(
                    "",
                    "orders",
                    i == 2 ? leaving(10, 4096) : null,
                    Integer.toString(i).getBytes(UTF_8));
        }

        assertThat(channel.waitForConfirms(10_000)).isTrue();
        assertThat(confirmed).containsExactly(1L, 2L, 3L);
        assertThat(broker.size("orders")).isEqualTo(3);
    }

    @Test
    void message_that_is_too_large_by_itself_is_refused_as_it_would_be_bare() throws Exception {
        BasicProperties huge = leaving(-1, 4096);
        ConnectionFactory bare = broker.factory();
        bare.setRequestedFrameMax(4096);
        String refusal = catchMessage(channel(bare), huge);

        assertThat(catchMessage(traced(4096), huge)).isEqualTo(refusal).contains("4097");
        assertThat(span(otel, "publish orders").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void header_of_a_type_that_the_client_refuses_is_refused_as_it_would_be_bare() throws Exception {
        BasicProperties odd = new BasicProperties.Builder()
                .headers(Map.of("odd", new Thread()))
                .build();
        Channel channel = traced(4096);

        assertThat(catchMessage(channel, odd)).isEqualTo(catchMessage(channel(broker.factory()), odd));
        channel.basicPublish("", "orders", null, BODY);
        assertThat(awaitMessage().properties().getHeaders()).containsOnlyKeys("traceparent");
    }

    @Test
    void name_that_the_protocol_does_not_allow_costs_the_context_and_not_the_message() throws Exception {
        String tooLong = "n".repeat(256);
        TextMapPropagator propagator = new TextMapPropagator() {
            @Override
            public Collection<String> fields() {
                return List.of(tooLong);
            }

            @Override
            public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
                setter.set(carrier, tooLong, "value");
            }

            @Override
            public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
                return context;
            }
        };
        OpenTelemetry odd = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
                        .build())
                .setPropagators(ContextPropagators.create(propagator))
                .build();
        rabbitMq = RabbitMqTelemetry.create(odd);
        Channel channel = traced(0);
        channel.basicPublish("", "orders", null, BODY);

        assertThat(channel.waitForConfirms(10_000)).isTrue();
        assertThat(awaitMessage().properties().getHeaders()).isNull();
    }

    private static String catchMessage(Channel channel, BasicProperties properties) {
        String[] message = new String[1];
        assertThatThrownBy(() -> channel.basicPublish("", "orders", properties, BODY))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(refused -> message[0] = refused.getMessage());
        return message[0];
    }

    private static List<Long> confirmed(Channel channel) {
        List<Long> confirmed = new CopyOnWriteArrayList<>();
        channel.addConfirmListener((tag, multiple) -> confirmed.add(tag), (tag, multiple) -> confirmed.add(-tag));
        return confirmed;
    }

    private FakeBroker.Message awaitMessage() {
        org.awaitility.Awaitility.await().until(() -> broker.size("orders") > 0);
        return broker.peek("orders");
    }
}
