package dev.linkspan.rabbitmq;

import static dev.linkspan.rabbitmq.RabbitMqBench.span;
import static dev.linkspan.rabbitmq.RabbitMqBench.spans;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ReturnListener;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mandatory messages that come back. */
class RabbitMqReturnTest {

    private static final byte[] BODY = new byte[0];

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final BlockingQueue<String> returned = new LinkedBlockingQueue<>();
    private RabbitMqBench bench;

    @BeforeEach
    void connect() throws Exception {
        bench = new RabbitMqBench(RabbitMqTelemetry.create(otel.openTelemetry()));
        bench.channel.confirmSelect();
    }

    @AfterEach
    void close() throws Exception {
        otel.assertThatSpans().followsConventions();
        bench.close();
    }

    private void publishToNowhere(Channel channel) throws Exception {
        channel.basicPublish("", "nowhere", true, null, BODY);
        channel.waitForConfirms(10_000);
    }

    @Test
    void return_is_a_failed_span_in_the_producer_s_trace() throws Exception {
        publishToNowhere(bench.channel);

        SpanData publish = span(otel, "publish nowhere");
        SpanData back = span(otel, "return nowhere");
        assertThat(back)
                .hasKind(SpanKind.CLIENT)
                .hasTraceId(publish.getTraceId())
                .hasParentSpanId(publish.getSpanId())
                .hasStatusSatisfying(status -> status.hasCode(StatusCode.ERROR).hasDescription("NO_ROUTE"));
        assertThat(back.getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("312");
        assertThat(publish.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    @Test
    void listeners_of_the_application_are_called_as_they_were() throws Exception {
        ReturnListener mine = (code, text, exchange, key, properties, body) -> returned.add(code + " " + key);
        bench.channel.addReturnListener(mine);
        bench.channel.addReturnListener(message -> returned.add("callback " + message.getReplyCode()));
        publishToNowhere(bench.channel);
        assertThat(returned.poll(10, SECONDS)).isEqualTo("312 nowhere");
        assertThat(returned.poll(10, SECONDS)).isEqualTo("callback 312");

        assertThat(bench.channel.removeReturnListener(mine)).isTrue();
        publishToNowhere(bench.channel);
        assertThat(returned.poll(10, SECONDS)).isEqualTo("callback 312");
        assertThat(spans(otel, "return nowhere")).hasSize(2);
    }

    @Test
    void returns_are_traced_also_after_the_application_cleared_its_listeners() throws Exception {
        bench.channel.addReturnListener(message -> returned.add("mine"));
        bench.channel.clearReturnListeners();
        publishToNowhere(bench.channel);

        span(otel, "return nowhere");
        assertThat(returned).isEmpty();
    }

    @Test
    void return_is_one_span_however_often_the_channel_was_wrapped() throws Exception {
        Channel again = bench.rabbitMq.wrap(ClientProxy.unwrap(bench.rabbitMq.wrap(bench.channel)));
        publishToNowhere(again);

        span(otel, "return nowhere");
    }

    @Test
    void return_of_a_message_without_context_makes_no_span() throws Exception {
        Channel bare = bench.rabbitMq.wrap(bench.bare);
        publishToNowhere(bare);

        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void telemetry_that_fails_in_a_return_leaves_the_channel_open() throws Exception {
        try (RabbitMqBench broken =
                new RabbitMqBench(RabbitMqTelemetry.create(BrokenTelemetry.with(new AssertionError("on purpose"))))) {
            broken.channel.confirmSelect();
            broken.channel.addReturnListener(message -> returned.add("mine"));
            publishToNowhere(broken.channel);

            assertThat(returned.poll(10, SECONDS)).isEqualTo("mine");
            assertThat(broken.channel.isOpen()).isTrue();
        }
    }
}
