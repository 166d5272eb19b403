package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker of default settings takes, and what it does not. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqLimitsIT {

    private static final int FRAME_MAX = 131_072;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private Channel channel;
    private Channel bare;
    private String queue;

    @BeforeEach
    void connect(RabbitMqClients clients) throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        channel = rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
        channel.confirmSelect();
        bare = clients.confirmingChannel();
        queue = clients.queue();
    }

    /** Properties whose header frame has exactly so many bytes left. */
    private static BasicProperties leaving(int room) throws Exception {
        Map<String, Object> headers = new HashMap<>(Map.of("text", ""));
        int empty = new BasicProperties.Builder()
                .headers(headers)
                .build()
                .toFrame(1, 5)
                .size();
        headers.put("text", "x".repeat(FRAME_MAX - room - empty));
        return new BasicProperties.Builder().headers(headers).build();
    }

    private GetResponse sent(BasicProperties properties) throws Exception {
        channel.basicPublish("", queue, properties, new byte[5]);
        channel.waitForConfirmsOrDie(30_000);
        return await().until(() -> bare.basicGet(queue, true), got -> got != null);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 71})
    void a_message_without_room_for_our_header_arrives_without_it(int room) throws Exception {
        assertThat(bare.getConnection().getFrameMax()).isEqualTo(FRAME_MAX);

        assertThat(sent(leaving(room)).getProps().getHeaders()).containsOnlyKeys("text");
        assertThat(one(otel.awaitSpans(1), "publish " + queue).getStatus().getDescription())
                .isEmpty();
        assertThat(otel.metrics().toString()).contains("linkspan.outcome=\"skipped\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {72, 73, 1000})
    void a_message_with_room_for_our_header_has_it(int room) throws Exception {
        assertThat(sent(leaving(room)).getProps().getHeaders()).containsOnlyKeys("text", "traceparent");
        otel.awaitSpans(1);
    }

    @Test
    void a_message_that_is_too_large_by_itself_fails_as_it_would_without_us() throws Exception {
        BasicProperties huge = leaving(-1);
        Throwable without = catchThrowable(() -> bare.basicPublish("", queue, huge, new byte[5]));
        Throwable with = catchThrowable(() -> channel.basicPublish("", queue, huge, new byte[5]));

        assertThat(with).hasSameClassAs(without).hasMessage(without.getMessage());
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void much_baggage_is_cut_and_the_context_goes() throws Exception {
        BaggageBuilder baggage = Baggage.builder();
        for (int i = 0; i < 200; i++) {
            baggage.put("key-" + i, "x".repeat(1_000));
        }
        GetResponse received;
        try (Scope scope = baggage.build().makeCurrent()) {
            received = sent(null);
        }

        assertThat(received.getProps().getHeaders()).containsOnlyKeys("traceparent", "baggage");
        assertThat(received.getProps().getHeaders().get("baggage").toString().length())
                .isLessThanOrEqualTo(8_192);
        otel.awaitSpans(1);
    }

    @Test
    void headers_of_all_types_and_long_names_arrive_beside_ours() throws Exception {
        Map<String, Object> deep = Map.of("a", Map.of("b", List.of(1, "two", Map.of("c", true))));
        Map<String, Object> headers = new HashMap<>();
        headers.put("n".repeat(255), "value");
        headers.put("deep", deep);
        headers.put("number", 7L);
        headers.put("nothing", null);
        headers.put("bytes", new byte[] {1, 2, 3});
        GetResponse received =
                sent(new BasicProperties.Builder().headers(headers).build());

        assertThat(received.getProps().getHeaders()).containsKeys("traceparent", "n".repeat(255), "nothing");
        assertThat(received.getProps().getHeaders().get("deep").toString()).isEqualTo(deep.toString());
        assertThat(received.getProps().getHeaders().get("number")).isEqualTo(7L);
        otel.awaitSpans(1);
    }

    @Test
    void a_body_of_many_frames_arrives_whole_in_one_span() throws Exception {
        byte[] body = new byte[3 * FRAME_MAX];
        body[body.length - 1] = 7;
        channel.basicPublish("", queue, null, body);
        channel.basicConsume(
                queue, true, (tag, delivery) -> assertThat(delivery.getBody()).isEqualTo(body), tag -> {});

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData process = one(spans, "process " + queue);
        assertThat(process.getEvents()).isEmpty();
        assertThat(linksOf(process))
                .containsExactly(named(spans, "publish " + queue).get(0).getSpanId());
    }
}
