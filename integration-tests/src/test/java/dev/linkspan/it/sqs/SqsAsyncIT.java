package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** The SDK's own asynchronous client, over Netty. */
@ExtendWith(SqsExtension.class)
class SqsAsyncIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private SqsTelemetry telemetry;
    private String url;
    private String queue;

    @BeforeEach
    void set_up(SqsClients sqs) {
        telemetry = SqsTelemetry.create(otel.openTelemetry());
        url = sqs.queue();
        queue = nameOf(url);
    }

    @Test
    void a_message_is_linked_over_the_asynchronous_client(SqsClients sqs) {
        SqsAsyncClient client = telemetry.wrap(sqs.asyncClient());
        SqsClients.await(client.sendMessage(b -> b.queueUrl(url).messageBody("chair")));
        Span loop = otel.openTelemetry().getTracer("test").spanBuilder("loop").startSpan();
        CompletableFuture<ReceiveMessageResponse> receiving;
        try (Scope scope = loop.makeCurrent()) {
            receiving = client.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(10));
        }
        Message message = SqsClients.await(receiving).messages().get(0);
        loop.end();
        CompletableFuture<?> deleted = telemetry
                .messages(url)
                .processAsync(
                        message, m -> client.deleteMessage(b -> b.queueUrl(url).receiptHandle(m.receiptHandle())));
        SqsClients.await(deleted);

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData send = one(spans, "send " + queue);
        SpanData process = one(spans, "process " + queue);
        assertThat(linksOf(process)).containsExactly(send.getSpanId());
        assertThat(linksOf(one(spans, "receive " + queue))).containsExactly(send.getSpanId());
        assertThat(one(spans, "receive " + queue).getParentSpanId())
                .isEqualTo(loop.getSpanContext().getSpanId());
        assertThat(one(spans, "delete " + queue).getParentSpanId()).isEqualTo(process.getSpanId());
        otel.assertThatSpans().propagates(queue).followsConventions();
    }

    @Test
    void cancelling_a_long_poll_ends_its_http_call(SqsClients sqs) {
        List<CompletableFuture<Void>> calls = new CopyOnWriteArrayList<>();
        SqsAsyncClient bare = sqs.asyncBuilder().httpClient(watched(calls)).build();
        sqs.onClose(bare::close);
        CompletableFuture<ReceiveMessageResponse> polling =
                telemetry.wrap(bare).receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(20));
        Awaitility.await().until(() -> calls.size() == 1);
        assertThat(calls.get(0)).isNotDone();

        polling.cancel(true);

        Awaitility.await().until(() -> calls.get(0).isCompletedExceptionally());
        assertThat(otel.spans()).isEmpty();
    }

    /** Netty's client, whose calls end up in a list. */
    private static SdkAsyncHttpClient watched(List<CompletableFuture<Void>> calls) {
        SdkAsyncHttpClient netty = NettyNioAsyncHttpClient.create();
        return new SdkAsyncHttpClient() {
            @Override
            public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
                CompletableFuture<Void> call = netty.execute(request);
                calls.add(call);
                return call;
            }

            @Override
            public void close() {
                netty.close();
            }
        };
    }

    @Test
    void a_failure_comes_out_as_it_does_without_us(SqsClients sqs) {
        SqsAsyncClient client = telemetry.wrap(sqs.asyncClient());
        String nowhere = url + "-nowhere";

        assertThatThrownBy(() -> client.sendMessage(b -> b.queueUrl(nowhere).messageBody("chair"))
                        .join())
                .hasCauseInstanceOf(QueueDoesNotExistException.class);
        assertThat(otel.awaitSpans(1))
                .singleElement()
                .satisfies(span -> assertThat(span.getName()).isEqualTo("send " + queue + "-nowhere"));
    }

    @Test
    void both_kinds_of_client_understand_each_other(SqsClients sqs) {
        SqsAsyncClient async = telemetry.wrap(sqs.asyncClient());
        SqsClient client = telemetry.wrap(sqs.client());
        SqsClients.await(async.sendMessage(b -> b.queueUrl(url).messageBody("chair")));
        telemetry.messages(url).process(SqsClients.receive(client, url, 1).get(0), m -> {});

        otel.awaitSpans(3);
        otel.assertThatSpans().propagates(queue);
    }
}
