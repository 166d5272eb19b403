package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.linkspan.propagation.ClientProxy;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

class SqsAsyncTest extends SqsBench {

    private final FakeAsyncSqs async = new FakeAsyncSqs(fake);
    private final SqsAsyncClient traced = sqs.wrap(async);

    @Test
    void span_ends_when_the_answer_is_there() {
        async.slow = true;
        CompletableFuture<SendMessageResponse> future = traced.sendMessage(request("hello"));
        assertThat(otel.spans()).isEmpty();
        async.answer();

        assertThat(future).isDone();
        assertThat(carried(fake.last(SendMessageRequest.class).messageAttributes()))
                .isEqualTo(id(span("send orders")));
        assertThat(attribute(span("send orders"), "messaging.message.id"))
                .isEqualTo(future.join().messageId());
    }

    @Test
    void futures_are_the_client_s_own() {
        traced.sendMessage(request("hello"));
        traced.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entry("e0")));
        traced.receiveMessage(b -> b.queueUrl(ORDERS));
        traced.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle("r"));
        traced.deleteMessageBatch(b -> b.queueUrl(ORDERS));
        traced.changeMessageVisibility(
                b -> b.queueUrl(ORDERS).receiptHandle("r").visibilityTimeout(1));
        CompletableFuture<?> last = traced.changeMessageVisibilityBatch(b -> b.queueUrl(ORDERS));

        assertThat(async.futures).hasSize(7);
        assertThat(async.futures.get(6)).isSameAs(last);
        assertThat(fake.requests).hasSize(7);
    }

    private static SendMessageBatchRequestEntry entry(String id) {
        return SendMessageBatchRequestEntry.builder()
                .id(id)
                .messageBody("hello")
                .build();
    }

    @Test
    void cancelling_a_receive_cancels_the_call_and_makes_no_span() {
        async.slow = true;
        CompletableFuture<ReceiveMessageResponse> future = traced.receiveMessage(b -> b.queueUrl(ORDERS));
        future.cancel(true);

        assertThat(async.futures.get(0)).isCancelled();
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void cancelling_a_receive_of_the_sdk_s_own_client_aborts_its_http_call() {
        StubSqs stub = new StubSqs();
        stub.http.gate = new CompletableFuture<>();
        try (SqsAsyncClient real = stub.asyncClient()) {
            CompletableFuture<ReceiveMessageResponse> future =
                    sqs.wrap(real).receiveMessage(b -> b.queueUrl(ORDERS).waitTimeSeconds(20));
            org.awaitility.Awaitility.await().until(() -> stub.http.calls("ReceiveMessage") == 1);
            future.cancel(true);
            org.awaitility.Awaitility.await().until(() -> stub.http.aborted == 1);
        }
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void cancelling_a_send_ends_its_span_with_an_error() {
        async.slow = true;
        traced.sendMessage(request("hello")).cancel(true);

        assertThat(attribute(span("send orders"), "error.type")).isEqualTo(CancellationException.class.getName());
    }

    @Test
    void failure_is_the_client_s_own_and_its_code_is_the_error_s_type() {
        fake.failure = FakeSqs.refusal("OverLimit", "too many");
        CompletableFuture<SendMessageResponse> future = traced.sendMessage(request("hello"));

        assertThat(catchThrowable(future::join))
                .isInstanceOf(CompletionException.class)
                .hasCause(fake.failure);
        assertThat(attribute(span("send orders"), "error.type")).isEqualTo("OverLimit");
    }

    @Test
    void each_failed_call_has_its_exception_once() {
        fake.failure = FakeSqs.refusal("OverLimit", "too many");
        List<CompletableFuture<?>> futures = inSpan(
                "job",
                () -> List.of(
                        traced.sendMessage(request("hello")),
                        traced.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entry("e0"))),
                        traced.receiveMessage(b -> b.queueUrl(ORDERS)),
                        traced.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle("r")),
                        traced.deleteMessageBatch(b -> b.queueUrl(ORDERS)),
                        traced.changeMessageVisibility(
                                b -> b.queueUrl(ORDERS).receiptHandle("r").visibilityTimeout(1)),
                        traced.changeMessageVisibilityBatch(b -> b.queueUrl(ORDERS))));

        assertThat(futures).allSatisfy(future -> assertThat(future).isCompletedExceptionally());
        assertThat(otel.spans().stream()
                        .filter(span -> !List.of("job", "create orders").contains(span.getName())))
                .hasSize(7)
                .allSatisfy(span -> {
                    assertThat(span.getEvents()).as(span.getName()).hasSize(1);
                    assertThat(attribute(span, "error.type")).isEqualTo("OverLimit");
                    assertThat(attribute(span, "aws.request_id")).isEqualTo("request-2");
                });
    }

    @Test
    void exception_of_the_call_itself_comes_out_as_it_is() {
        IllegalStateException closed = new IllegalStateException("closed");
        SqsAsyncClient broken = sqs.wrap(new SqsAsyncClient() {
            @Override
            public CompletableFuture<SendMessageResponse> sendMessage(SendMessageRequest request) {
                throw closed;
            }

            @Override
            public String serviceName() {
                return "sqs";
            }

            @Override
            public void close() {}
        });

        assertThat(catchThrowable(() -> broken.sendMessage(request("hello")))).isSameAs(closed);
        assertThat(attribute(span("send orders"), "error.type")).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void receive_span_is_below_the_span_of_the_caller_wherever_the_answer_comes() {
        fake.sendMessage(request("hello"));
        async.slow = true;
        inSpan("loop", () -> traced.receiveMessage(b -> b.queueUrl(ORDERS)));
        async.answer();

        assertThat(span("receive orders")).hasParentSpanId(span("loop").getSpanId());
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void application_s_callbacks_see_the_context_that_they_would_see_without_us() {
        async.slow = true;
        Span[] seen = new Span[1];
        traced.sendMessage(request("hello")).thenRun(() -> seen[0] = Span.current());
        async.answer();

        assertThat(seen[0].getSpanContext().isValid()).isFalse();
    }

    @Test
    void lambdas_that_build_requests_are_traced_too() {
        traced.sendMessage(b -> b.queueUrl(ORDERS).messageBody("hello"));
        traced.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(entry("e0")));
        ReceiveMessageResponse received = traced.receiveMessage(
                        b -> b.queueUrl(ORDERS).maxNumberOfMessages(10))
                .join();

        assertThat(spans("send orders")).hasSize(2);
        assertThat(spans("receive orders")).hasSize(1);
        assertThat(received.messages()).hasSize(2);
    }

    @Test
    void batches_share_the_logic_of_the_other_client() {
        fake.refused.add("e1");
        traced.sendMessageBatch(b -> b.queueUrl(ORDERS).entries(List.of(entry("e0"), entry("e1"))));

        assertThat(fake.last(SendMessageBatchRequest.class).entries())
                .extracting(entry -> carried(entry.messageAttributes()))
                .containsExactlyElementsOf(
                        spans("create orders").stream().map(SqsBench::id).toList());
        assertThat(attribute(spans("create orders").get(1), "error.type")).isEqualTo("InternalError");
    }

    @Test
    void wrapping_twice_makes_one_span() {
        assertThat((Object) sqs.wrap(traced)).isSameAs(traced);
        assertThat((Object) ClientProxy.unwrap(traced)).isSameAs(async);
        traced.close();
        assertThat(async.closed).isTrue();
    }
}
