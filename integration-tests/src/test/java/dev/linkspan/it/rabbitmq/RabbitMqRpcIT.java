package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.RpcClient;
import com.rabbitmq.client.RpcClientParams;
import com.rabbitmq.client.RpcServer;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.Relation;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests and replies: by the client's own helpers, and by direct reply-to. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqRpcIT {

    private static final String REPLY_TO = "amq.rabbitmq.reply-to";

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private String prices;

    @BeforeEach
    void declare(RabbitMqClients clients) {
        prices = clients.queue();
    }

    private static Channel channel(RabbitMqClients clients, RabbitMqTelemetry rabbitMq) throws IOException {
        return rabbitMq.wrap(clients.connection(rabbitMq.wrap(clients.factory())))
                .createChannel();
    }

    /** Answers requests on a channel of its own. */
    private void answer(RabbitMqClients clients, RabbitMqTelemetry rabbitMq) throws IOException {
        Channel channel = channel(clients, rabbitMq);
        channel.basicConsume(
                prices,
                true,
                (tag, request) -> {
                    BasicProperties reply = new BasicProperties.Builder()
                            .correlationId(request.getProperties().getCorrelationId())
                            .build();
                    channel.basicPublish("", request.getProperties().getReplyTo(), reply, "9.95".getBytes(UTF_8));
                },
                tag -> {});
    }

    /** Asks by direct reply-to and waits for the answer. */
    private void ask(RabbitMqClients clients, RabbitMqTelemetry rabbitMq) throws Exception {
        Channel channel = channel(clients, rabbitMq);
        CompletableFuture<String> answer = new CompletableFuture<>();
        channel.basicConsume(
                REPLY_TO, true, (tag, reply) -> answer.complete(new String(reply.getBody(), UTF_8)), tag -> {});
        BasicProperties request = new BasicProperties.Builder()
                .replyTo(REPLY_TO)
                .correlationId("c-1")
                .build();
        channel.basicPublish("", prices, request, "chair".getBytes(UTF_8));
        assertThat(RabbitMqClients.await(answer)).isEqualTo("9.95");
    }

    @Test
    void direct_reply_to_links_both_ways_under_one_name(RabbitMqClients clients) throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        answer(clients, rabbitMq);
        ask(clients, rabbitMq);

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData request = one(spans, "publish " + prices);
        SpanData answering = one(spans, "process " + prices);
        SpanData reply = one(spans, "publish " + REPLY_TO);
        SpanData answered = one(spans, "process " + REPLY_TO);
        assertThat(linksOf(answering)).containsExactly(request.getSpanId());
        assertThat(answering.getTraceId()).isNotEqualTo(request.getTraceId());
        assertThat(reply.getParentSpanId()).isEqualTo(answering.getSpanId());
        assertThat(linksOf(answered)).containsExactly(reply.getSpanId());
        for (SpanData each : List.of(reply, answered)) {
            assertThat(each.getAttributes().get(AttributeKey.booleanKey("messaging.destination.temporary")))
                    .isTrue();
            assertThat(each.getAttributes().get(AttributeKey.stringKey("messaging.destination.name")))
                    .startsWith(REPLY_TO + ".");
        }
        for (SpanData each : spans) {
            assertThat(each.getAttributes().get(AttributeKey.stringKey("messaging.message.conversation_id")))
                    .isEqualTo("c-1");
        }
        otel.assertThatSpans().followsConventions();
    }

    @Test
    void responder_is_the_requester_s_child_where_policy_says_so(RabbitMqClients clients) throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.builder(otel.openTelemetry())
                .policy(prices, p -> p.relation(Relation.PARENT))
                .build();
        answer(clients, rabbitMq);
        ask(clients, rabbitMq);

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData request = one(spans, "publish " + prices);
        SpanData answering = one(spans, "process " + prices);
        assertThat(answering.getParentSpanId()).isEqualTo(request.getSpanId());
        assertThat(linksOf(answering)).containsExactly(request.getSpanId());
        assertThat(one(spans, "publish " + REPLY_TO).getTraceId()).isEqualTo(request.getTraceId());
        // the reply's own policy was not changed
        assertThat(one(spans, "process " + REPLY_TO).getTraceId()).isNotEqualTo(request.getTraceId());
    }

    @Test
    void client_s_own_rpc_classes_are_traced(RabbitMqClients clients) throws Exception {
        RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(otel.openTelemetry());
        MessageTracer<Delivery> requests = rabbitMq.deliveries(prices);
        Channel serving = channel(clients, rabbitMq);
        RpcServer server = new RpcServer(serving, prices) {
            @Override
            public void processRequest(Delivery request) throws IOException {
                requests.process(request, r -> super.processRequest(r));
            }

            @Override
            public byte[] handleCall(byte[] request, BasicProperties reply) {
                return "9.95".getBytes(UTF_8);
            }
        };
        CountDownLatch ended = new CountDownLatch(1);
        Thread loop = new Thread(() -> {
            try {
                server.mainloop();
            } catch (IOException | RuntimeException e) {
                // its channel was closed
            }
            ended.countDown();
        });
        loop.start();
        RpcClient client = new RpcClient(new RpcClientParams()
                .channel(channel(clients, rabbitMq))
                .exchange("")
                .routingKey(prices)
                .timeout(30_000));

        assertThat(client.stringCall("chair")).isEqualTo("9.95");
        serving.close();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();

        // the server acknowledges when the request is processed, outside of any span
        List<SpanData> spans = otel.awaitSpans(4);
        SpanData request = one(spans, "publish " + prices);
        SpanData answering = one(spans, "process " + prices);
        assertThat(linksOf(answering)).containsExactly(request.getSpanId());
        SpanData reply = one(spans, "publish " + REPLY_TO);
        assertThat(reply.getParentSpanId()).isEqualTo(answering.getSpanId());
        assertThat(linksOf(one(spans, "process " + REPLY_TO))).containsExactly(reply.getSpanId());
        otel.assertThatMetrics().hasConsumed(prices, 1);
    }
}
