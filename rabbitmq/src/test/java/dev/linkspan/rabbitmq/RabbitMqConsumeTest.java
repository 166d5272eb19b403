package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.SPAN_ID;
import static dev.linkspan.rabbitmq.RabbitMqBench.linksOf;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static dev.linkspan.rabbitmq.RabbitMqBench.spans;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.ConsumerShutdownSignalCallback;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.DeliverCallback;
import com.rabbitmq.client.Envelope;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RabbitMqConsumeTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventions();
        otel.assertThatMetrics().followsConventions();
        bench.close();
    }

    /** Remembers its body and the span that was current. */
    private void handle(byte[] body) {
        handled.add(new String(body) + " in " + Span.current().getSpanContext().getSpanId());
    }

    @Test
    void process_span_says_where_the_message_came_from() throws Exception {
        bench.broker.declare("billing");
        bench.broker.bind("billing", "events");
        BasicProperties properties = new BasicProperties.Builder()
                .messageId("m-1")
                .correlationId("c-1")
                .headers(Map.of("traceparent", RabbitMqBench.TRACEPARENT))
                .build();
        bench.bare.basicPublish("events", "paid", properties, "hello".getBytes());
        bench.channel.basicConsume("billing", (tag, delivery) -> handle(delivery.getBody()), tag -> {});

        SpanData process = span(otel, "process events:paid:billing");
        assertThat(process)
                .hasKind(SpanKind.CONSUMER)
                .hasNoParent()
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "rabbitmq")
                        .put("messaging.operation.name", "process")
                        .put("messaging.operation.type", "process")
                        .put("messaging.destination.name", "events:paid:billing")
                        .put("messaging.rabbitmq.destination.routing_key", "paid")
                        .put("messaging.rabbitmq.message.delivery_tag", 1)
                        .put("messaging.message.id", "m-1")
                        .put("messaging.message.conversation_id", "c-1")
                        .build());
        assertThat(linksOf(process)).containsExactly(SPAN_ID);
        assertThat(handled.poll(10, SECONDS)).isEqualTo("hello in " + process.getSpanId());
        otel.assertThatMetrics().hasConsumed("events:paid:billing", 1);
    }

    static Stream<Method> consumes() {
        return Stream.of(Channel.class.getMethods())
                .filter(method -> method.getName().equals("basicConsume"));
    }

    @ParameterizedTest
    @MethodSource("consumes")
    void every_form_of_basic_consume_is_traced_once(Method form) throws Exception {
        Object[] arguments = new Object[form.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(form.getParameterTypes()[i], i);
        }
        form.invoke(bench.channel, arguments);
        bench.given("hello");

        SpanData process = span(otel, "process orders");
        assertThat(linksOf(process)).containsExactly(SPAN_ID);
        assertThat(handled.poll(10, SECONDS)).isEqualTo("hello in " + process.getSpanId());
    }

    private Object argument(Class<?> type, int index) {
        if (type == Consumer.class) {
            return new DefaultConsumer(bench.channel) {
                @Override
                public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
                    handle(body);
                }
            };
        }
        return Map.<Class<?>, Object>of(
                        String.class,
                        index == 0 ? "orders" : "my-tag",
                        boolean.class,
                        false,
                        Map.class,
                        Map.of(),
                        DeliverCallback.class,
                        (DeliverCallback) (tag, delivery) -> handle(delivery.getBody()),
                        CancelCallback.class,
                        (CancelCallback) tag -> {},
                        ConsumerShutdownSignalCallback.class,
                        (ConsumerShutdownSignalCallback) (tag, signal) -> {})
                .get(type);
    }

    @Test
    void received_objects_are_the_client_s_own_and_unchanged() throws Exception {
        Map<String, Object> given = Map.of("traceparent", RabbitMqBench.TRACEPARENT, "tenant", "a");
        bench.channel.basicConsume(
                "orders",
                (tag, delivery) -> handled.add(String.valueOf(
                        new java.util.TreeMap<>(delivery.getProperties().getHeaders()))),
                tag -> {});
        bench.given("hello", given);

        assertThat(handled.poll(10, SECONDS)).isEqualTo(new java.util.TreeMap<>(given).toString());
        span(otel, "process orders");
    }

    @Test
    void message_of_null_properties_or_odd_headers_is_handled() throws Exception {
        bench.channel.basicConsume("orders", (tag, delivery) -> handle(delivery.getBody()), tag -> {});
        bench.bare.basicPublish("", "orders", null, "null".getBytes());
        bench.given("empty", Map.of());
        bench.given("list", Map.of("traceparent", List.of(RabbitMqBench.TRACEPARENT)));
        bench.given("number", Map.of("traceparent", 7, "x-death", "odd", "x-delivery-count", "odd"));

        for (String body : List.of("null", "empty", "list", "number")) {
            assertThat(handled.poll(10, SECONDS)).startsWith(body);
        }
        await().until(() -> spans(otel, "process orders").size() == 4);
        assertThat(spans(otel, "process orders"))
                .allSatisfy(process -> assertThat(process.getLinks()).isEmpty());
    }

    @Test
    void what_a_handler_throws_closes_the_channel_as_it_would_bare() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException("no"), new AssertionError("no"))) {
            BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
            ConnectionFactory factory = bench.rabbitMq.wrap(bench.broker.factory());
            factory.setExceptionHandler(new com.rabbitmq.client.impl.DefaultExceptionHandler() {
                @Override
                public void handleConsumerException(
                        Channel channel, Throwable exception, Consumer consumer, String tag, String method) {
                    seen.add(exception);
                    super.handleConsumerException(channel, exception, consumer, tag, method);
                }
            });
            try (Connection connection = factory.newConnection()) {
                Channel channel = connection.createChannel();
                CountDownLatch closed = new CountDownLatch(1);
                channel.addShutdownListener(signal -> closed.countDown());
                channel.basicConsume(
                        "orders",
                        (tag, delivery) -> {
                            throw sneaky(thrown);
                        },
                        tag -> {});
                bench.given("hello");

                assertThat(seen.poll(10, SECONDS)).isSameAs(thrown);
                assertThat(closed.await(10, SECONDS)).isTrue();
            }
            assertThat(span(otel, "process orders")).hasStatusSatisfying(status -> status.hasCode(StatusCode.ERROR));
            otel.reset();
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> RuntimeException sneaky(Throwable thrown) throws X {
        throw (X) thrown;
    }
}
