package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.SPAN_ID;
import static dev.linkspan.rabbitmq.RabbitMqBench.inSpan;
import static dev.linkspan.rabbitmq.RabbitMqBench.linksOf;
import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RabbitMqGetTest {

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
        bench.close();
    }

    @Test
    void receive_span_is_of_one_message_and_links_to_its_producer() throws Exception {
        bench.given("hello");
        SpanContext loop = inSpan(otel, "loop", () -> bench.channel.basicGet("orders", false));

        SpanData receive = span(otel, "receive orders");
        assertThat(receive)
                .hasKind(SpanKind.CLIENT)
                .hasParentSpanId(loop.getSpanId())
                .hasAttributes(Attributes.builder()
                        .put("messaging.system", "rabbitmq")
                        .put("messaging.operation.name", "receive")
                        .put("messaging.operation.type", "receive")
                        .put("messaging.destination.name", "orders")
                        .put("messaging.rabbitmq.destination.routing_key", "orders")
                        .put("messaging.rabbitmq.message.delivery_tag", 1)
                        .build());
        assertThat(linksOf(receive)).containsExactly(SPAN_ID);
    }

    @Test
    void empty_queue_gives_null_and_no_span() throws Exception {
        assertThat(bench.channel.basicGet("orders", true)).isNull();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void receive_span_is_there_also_where_only_the_factory_is_wrapped() throws Exception {
        bench.given("hello");
        Channel channel = bench.factory.newConnection().createChannel();
        GetResponse response = channel.basicGet("orders", true);
        channel.getConnection().close();

        assertThat(new String(response.getBody())).isEqualTo("hello");
        assertThat(linksOf(span(otel, "receive orders"))).containsExactly(SPAN_ID);
    }

    @Test
    void receive_span_of_a_wrapped_channel_starts_before_the_broker_is_asked() throws Exception {
        bench.given("hello");
        Thread other = new Thread(() -> {
            try {
                bench.channel.basicGet("orders", true);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        long heldNanos;
        synchronized (bench.broker) {
            // the broker cannot answer as long as this holds it
            other.start();
            await().until(() -> other.getState().name().endsWith("WAITING"));
            long start = System.nanoTime();
            await().until(() -> System.nanoTime() - start > 50_000_000);
            heldNanos = System.nanoTime() - start;
        }

        SpanData receive = span(otel, "receive orders");
        assertThat(receive.getEndEpochNanos() - receive.getStartEpochNanos()).isGreaterThanOrEqualTo(heldNanos);
    }

    @Test
    void failure_comes_out_and_makes_a_span() {
        assertThatThrownBy(() -> bench.channel.basicGet("nowhere", true)).isInstanceOf(IOException.class);

        assertThat(span(otel, "receive")).hasStatusSatisfying(status -> status.hasCode(StatusCode.ERROR));
    }

    @Test
    void pulled_message_is_processed_by_the_tracer_and_counted_once() throws Exception {
        bench.given("hello");
        Delivery delivery = RabbitMqTelemetry.deliveryOf("orders", bench.channel.basicGet("orders", true));
        bench.rabbitMq.deliveries("orders").process(delivery, d -> {});

        assertThat(linksOf(span(otel, "process orders"))).containsExactly(SPAN_ID);
        otel.assertThatMetrics().hasConsumed("orders", 1);
    }

    @Test
    void delivery_of_a_response_holds_the_response_s_own_objects() throws Exception {
        bench.given("hello");
        GetResponse response = bench.channel.basicGet("orders", true);
        Delivery delivery = RabbitMqTelemetry.deliveryOf("orders", response);

        assertThat(delivery.getEnvelope()).isSameAs(response.getEnvelope());
        assertThat(delivery.getProperties()).isSameAs(response.getProps());
        assertThat(delivery.getBody()).isSameAs(response.getBody());
        assertThatThrownBy(() -> RabbitMqTelemetry.deliveryOf("orders", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("empty queue");
    }
}
