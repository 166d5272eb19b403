package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.SPAN_ID;
import static dev.linkspan.rabbitmq.RabbitMqBench.TRACEPARENT;
import static dev.linkspan.rabbitmq.RabbitMqBench.inSpan;
import static dev.linkspan.rabbitmq.RabbitMqBench.linksOf;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static dev.linkspan.rabbitmq.RabbitMqBench.spans;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.MessageProperties;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RabbitMqPublishTest {

    private static final byte[] BODY = "hello".getBytes(UTF_8);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

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

    @Test
    void publish_span_says_where_the_message_goes() throws Exception {
        BasicProperties properties = new BasicProperties.Builder()
                .messageId("m-1")
                .correlationId("c-1")
                .build();
        SpanContext request =
                inSpan(otel, "request", () -> bench.channel.basicPublish("events", "paid", properties, BODY));

        assertThat(span(otel, "publish events:paid"))
                .hasKind(SpanKind.PRODUCER)
                .hasParentSpanId(request.getSpanId())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "rabbitmq")
                        .put("messaging.operation.name", "publish")
                        .put("messaging.operation.type", "send")
                        .put("messaging.destination.name", "events:paid")
                        .put("messaging.rabbitmq.destination.routing_key", "paid")
                        .put("messaging.message.id", "m-1")
                        .put("messaging.message.conversation_id", "c-1")
                        .put("network.peer.address", "127.0.0.1")
                        .put("network.peer.port", bench.broker.port())
                        .build());
    }

    @Test
    void message_carries_the_publish_span() throws Exception {
        bench.channel.basicPublish("", "orders", null, BODY);
        bench.awaitMessages(1);

        SpanData publish = span(otel, "publish orders");
        assertThat(bench.broker.headers("orders").get("traceparent"))
                .contains(publish.getTraceId() + "-" + publish.getSpanId());
        otel.assertThatMetrics().hasSent("orders", 1);
    }

    static Stream<Method> publishes() {
        return Stream.of(Channel.class.getMethods())
                .filter(method -> method.getName().equals("basicPublish"));
    }

    @ParameterizedTest
    @MethodSource("publishes")
    void every_form_of_basic_publish_is_traced_once(Method form) throws Exception {
        Object[] arguments = new Object[form.getParameterCount()];
        arguments[0] = "";
        arguments[1] = "orders";
        for (int i = 2; i < arguments.length; i++) {
            Class<?> type = form.getParameterTypes()[i];
            arguments[i] = type == boolean.class
                    ? false
                    : type == byte[].class ? BODY : type == ByteBuffer.class ? ByteBuffer.wrap(BODY) : null;
        }
        form.invoke(bench.channel, arguments);
        bench.awaitMessages(1);

        span(otel, "publish orders");
        assertThat(bench.broker.headers("orders")).containsOnlyKeys("traceparent");
        assertThat(bench.broker.peek("orders").body()).isEqualTo(BODY);
    }

    @Test
    void every_shape_of_headers_gets_a_context_and_stays_as_it_was() throws Exception {
        Map<String, Object> writable = new HashMap<>(Map.of("tenant", "a"));
        Map<String, Object> unwritable = Collections.unmodifiableMap(new HashMap<>(writable));
        for (BasicProperties properties : new BasicProperties[] {
            null,
            new BasicProperties(),
            new BasicProperties.Builder().headers(Map.of()).build(),
            new BasicProperties.Builder().headers(writable).build(),
            new BasicProperties.Builder().headers(unwritable).build()
        }) {
            String before = String.valueOf(properties);
            bench.channel.basicPublish("", "orders", properties, BODY);
            bench.awaitMessages(1);

            assertThat(bench.broker.headers("orders")).containsKey("traceparent");
            assertThat(String.valueOf(properties)).isEqualTo(before);
            bench.broker.poll("orders");
        }
        assertThat(writable).containsExactly(Map.entry("tenant", "a"));
    }

    @Test
    void other_properties_go_as_they_are() throws Exception {
        BasicProperties all = new BasicProperties.Builder()
                .contentType("text/plain")
                .contentEncoding("utf-8")
                .deliveryMode(2)
                .priority(3)
                .correlationId("c")
                .replyTo("r")
                .expiration("60000")
                .messageId("m")
                .timestamp(new java.util.Date(1_700_000_000_000L))
                .type("t")
                .userId("guest")
                .appId("a")
                .clusterId("k")
                .build();
        bench.channel.basicPublish("", "orders", all, BODY);
        bench.awaitMessages(1);

        BasicProperties received = bench.broker.peek("orders").properties();
        assertThat(received.builder().headers(null).build()).hasToString(all.toString());
    }

    @Test
    void constant_can_be_published_a_thousand_times() throws Exception {
        String before = MessageProperties.PERSISTENT_TEXT_PLAIN.toString();
        for (int i = 0; i < 1_000; i++) {
            bench.channel.basicPublish("", "orders", MessageProperties.PERSISTENT_TEXT_PLAIN, BODY);
        }
        bench.awaitMessages(1_000);

        assertThat(MessageProperties.PERSISTENT_TEXT_PLAIN).hasToString(before);
        assertThat(Stream.generate(() -> bench.broker.poll("orders"))
                        .limit(1_000)
                        .map(message -> String.valueOf(message.properties().getHeaders())))
                .doesNotHaveDuplicates();
    }

    @Test
    void stale_context_is_replaced_and_linked() throws Exception {
        BasicProperties forwarded = new BasicProperties.Builder()
                .headers(Map.of("traceparent", TRACEPARENT, "TraceParent", TRACEPARENT, "b3", "0"))
                .build();
        bench.channel.basicPublish("", "orders", forwarded, BODY);
        bench.awaitMessages(1);

        assertThat(linksOf(span(otel, "publish orders"))).containsExactly(SPAN_ID);
        assertThat(bench.broker.headers("orders")).containsOnlyKeys("traceparent");
        assertThat(bench.broker.headers("orders").get("traceparent")).doesNotContain(SPAN_ID);
    }

    @Test
    void created_context_is_kept_and_linked() throws Exception {
        BasicProperties prepared = bench.rabbitMq.create("", "orders", null);
        SpanData create = span(otel, "create orders");
        bench.channel.basicPublish("", "orders", prepared, BODY);
        bench.awaitMessages(1);

        assertThat(create).hasKind(SpanKind.PRODUCER);
        assertThat(span(otel, "publish orders")).hasKind(SpanKind.CLIENT);
        assertThat(linksOf(span(otel, "publish orders"))).containsExactly(create.getSpanId());
        assertThat(bench.broker.headers("orders").get("traceparent")).contains(create.getSpanId());
    }

    @Test
    void failure_of_the_client_comes_out_and_marks_the_span() throws Exception {
        bench.channel.close();

        assertThatThrownBy(() -> bench.channel.basicPublish("", "orders", null, BODY))
                .isInstanceOf(AlreadyClosedException.class);
        assertThat(span(otel, "publish orders").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void message_to_nowhere_in_particular_has_the_default_destination() throws Exception {
        bench.channel.basicPublish("", "", null, BODY);

        assertThat(span(otel, "publish amq.default").getAttributes().asMap())
                .doesNotContainKey(RabbitMqAttributes.ROUTING_KEY);
    }

    @Test
    void reply_address_stays_out_of_the_span_s_name() throws Exception {
        String address = "amq.rabbitmq.reply-to.g1h2AA5yZXBseUAxMjM0NTY3OA.Pk3RnLhVTtG0Fw==";
        bench.channel.basicPublish("", address, null, BODY);

        SpanData publish = span(otel, "publish amq.rabbitmq.reply-to");
        assertThat(publish.getAttributes().asMap().toString())
                .contains("messaging.destination.temporary=true", "messaging.destination.name=" + address);
        assertThat(spans(otel, "publish " + address)).isEmpty();
    }
}
