package dev.linkspan.sqs;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** The SDK's own batch manager, over its own client, as far as HTTP. */
class SqsBatchManagerTest extends SqsBench {

    private final StubSqs stub = new StubSqs();
    private final SqsAsyncClient bare = stub.asyncClient();
    private final SqsAsyncClient wrapped = sqs.wrap(bare);
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);

    @AfterEach
    void close() {
        wrapped.close();
        executor.shutdownNow();
    }

    private static void sendTen(SqsAsyncBatchManager manager) {
        List<CompletableFuture<SendMessageResponse>> futures = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String body = "body " + i;
            futures.add(manager.sendMessage(b -> b.queueUrl(ORDERS).messageBody(body)));
        }
        futures.forEach(CompletableFuture::join);
    }

    private List<String> carried() {
        List<String> carried = new ArrayList<>();
        for (StubHttp.Call call : stub.http.calls) {
            if (call.operation().equals("SendMessageBatch")) {
                for (JsonNode entry : StubSqs.entries(JsonNode.parser().parse(call.body()))) {
                    JsonNode attribute = entry.field("MessageAttributes")
                            .flatMap(attributes -> attributes.field("traceparent"))
                            .orElseThrow();
                    String value = StubSqs.text(attribute, "StringValue");
                    carried.add(value.substring(3, 35) + "/" + value.substring(36, 52));
                }
            }
        }
        return carried;
    }

    @Test
    void messages_still_go_in_batches() {
        try (SqsAsyncBatchManager plain = bare.batchManager()) {
            sendTen(plain);
        }
        long calls = stub.http.calls.size();
        stub.http.calls.clear();
        try (SqsAsyncBatchManager manager = wrapped.batchManager()) {
            sendTen(manager);
        }

        assertThat(calls).isEqualTo(1);
        assertThat(stub.http.calls).hasSize(1);
    }

    @Test
    void each_message_is_of_its_caller_s_trace_and_the_batch_of_none() {
        try (SqsAsyncBatchManager manager = wrapped.batchManager()) {
            List<CompletableFuture<SendMessageResponse>> futures = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String caller = i < 5 ? "caller 1" : "caller 2";
                futures.add(inSpan(
                        caller,
                        () -> manager.sendMessage(b -> b.queueUrl(ORDERS).messageBody("hello"))));
            }
            futures.forEach(CompletableFuture::join);
        }
        await().until(() ->
                spans("create orders").size() == 10 && !spans("send orders").isEmpty());

        List<SpanData> creates = spans("create orders");
        for (String caller : List.of("caller 1", "caller 2")) {
            for (SpanData request : spans(caller)) {
                assertThat(creates.stream()
                                .filter(create -> create.getParentSpanId().equals(request.getSpanId())))
                        .hasSize(1);
            }
        }
        assertThat(span("send orders")).hasKind(SpanKind.CLIENT).hasNoParent();
        assertThat(links(span("send orders")))
                .containsExactlyInAnyOrderElementsOf(
                        creates.stream().map(SqsBench::id).toList());
        assertThat(carried()).containsExactlyInAnyOrderElementsOf(links(span("send orders")));
        assertThat(creates)
                .extracting(create -> attribute(create, "messaging.message.id"))
                .doesNotContainNull();
        assertThat(counted("messaging.client.sent.messages")).isEqualTo(10);
        assertThat(counted("linkspan.propagation.injected", "linkspan.outcome", "kept"))
                .isEqualTo(10);
    }

    @Test
    void messages_without_create_spans_elsewhere_have_them_here_all_the_same() {
        SqsAsyncClient plain = SqsTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.createSpans(false))
                .build()
                .wrap(bare);
        try (SqsAsyncBatchManager manager = plain.batchManager()) {
            sendTen(manager);
        }
        await().until(() ->
                spans("create orders").size() == 10 && !spans("send orders").isEmpty());

        assertThat(span("send orders")).hasKind(SpanKind.CLIENT).hasNoParent();
        assertThat(carried())
                .containsExactlyInAnyOrderElementsOf(
                        spans("create orders").stream().map(SqsBench::id).toList());
    }

    @Test
    void large_baggage_leaves_the_manager_s_reserve_for_attributes() {
        Baggage much = Baggage.builder().put("tenant", "x".repeat(8_100)).build();
        SqsAsyncBatchManager manager = wrapped.batchManager();
        try (Scope scope = Context.root().with(much).makeCurrent()) {
            sendTen(manager);
        }
        manager.close();

        for (StubHttp.Call call : stub.http.calls) {
            for (JsonNode entry : StubSqs.entries(JsonNode.parser().parse(call.body()))) {
                assertThat(entry.field("MessageAttributes")
                                .orElseThrow()
                                .toString()
                                .length())
                        .isBetween(8_100, 16_384);
            }
        }
    }

    @Test
    void messages_that_were_received_ahead_are_linked_when_they_are_handed_out() {
        stub.messages.add(stub.message("hello", "traceparent", TRACEPARENT));
        List<Message> received = new ArrayList<>();
        try (SqsAsyncBatchManager manager = sqs.batchManager(
                bare,
                SqsAsyncBatchManager.builder()
                        .scheduledExecutor(executor)
                        .overrideConfiguration(o -> o.receiveMessageMinWaitDuration(Duration.ofMillis(50))))) {
            await().until(() -> {
                received.addAll(
                        manager.receiveMessage(b -> b.queueUrl(ORDERS)).join().messages());
                return !received.isEmpty();
            });
        }
        sqs.messages(ORDERS).process(received.get(0), handled -> {});

        StubHttp.Call call = stub.http.calls.stream()
                .filter(each -> each.operation().equals("ReceiveMessage"))
                .findFirst()
                .orElseThrow();
        assertThat(call.body()).contains("traceparent", "AWSTraceHeader", "\"MaxNumberOfMessages\":10");
        await().until(() -> spans("receive orders").size() == 1);
        assertThat(links(span("receive orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(links(span("process orders"))).containsExactly(TRACE_ID + "/" + SPAN_ID);
        assertThat(counted("messaging.client.consumed.messages")).isEqualTo(1);
    }

    @Test
    void deletes_are_settled_where_they_were_asked_for() {
        Message message = Message.builder()
                .messageId("m-1")
                .receiptHandle("r-1")
                .body("hello")
                .build();
        try (SqsAsyncBatchManager manager = wrapped.batchManager()) {
            CompletableFuture<?>[] futures = new CompletableFuture<?>[2];
            sqs.messages(ORDERS).process(message, handled -> {
                futures[0] = manager.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle(handled.receiptHandle()));
                futures[1] = manager.changeMessageVisibility(
                        b -> b.queueUrl(ORDERS).receiptHandle("r-2").visibilityTimeout(0));
            });
            CompletableFuture.allOf(futures).join();
        }
        await().until(() -> otel.spans().size() == 3);

        assertThat(span("delete orders")).hasParentSpanId(span("process orders").getSpanId());
        assertThat(attribute(span("delete orders"), "messaging.message.id")).isEqualTo("m-1");
        assertThat(span("change_visibility orders"))
                .hasParentSpanId(span("process orders").getSpanId());
        assertThat(stub.http.calls("DeleteMessageBatch")).isEqualTo(1);
    }

    @Test
    void each_failed_call_has_its_exception_once() {
        fake.failure = FakeSqs.refusal("OverLimit", "too many");
        try (SqsAsyncBatchManager manager = sqs.batchManager(
                new FakeAsyncSqs(fake), SqsAsyncBatchManager.builder().scheduledExecutor(executor))) {
            List<CompletableFuture<?>> futures = inSpan(
                    "job",
                    () -> List.of(
                            manager.sendMessage(request("hello")),
                            // is not served from what is buffered
                            manager.receiveMessage(b -> b.queueUrl(ORDERS).messageAttributeNames("own")),
                            manager.deleteMessage(b -> b.queueUrl(ORDERS).receiptHandle("r")),
                            manager.changeMessageVisibility(
                                    b -> b.queueUrl(ORDERS).receiptHandle("r").visibilityTimeout(1))));
            await().until(() -> futures.stream().allMatch(CompletableFuture::isCompletedExceptionally));
        }
        await().until(() -> otel.spans().size() == 6);

        assertThat(otel.spans().stream().filter(span -> !span.getName().equals("job")))
                .allSatisfy(span -> {
                    assertThat(span.getEvents()).as(span.getName()).hasSize(1);
                    assertThat(attribute(span, "error.type")).isEqualTo("OverLimit");
                });
    }

    @Test
    void threads_of_the_batch_manager_end_with_the_client() {
        try (SqsAsyncBatchManager manager = wrapped.batchManager()) {
            sendTen(manager);
        }
        assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
        wrapped.close();

        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("linkspan-sqs"))
                .toList();
    }

    @Test
    void manager_with_settings_of_one_s_own_is_over_the_same_client_wrapped_or_not() {
        for (SqsAsyncClient client : List.of(bare, wrapped)) {
            otel.reset();
            stub.http.calls.clear();
            try (SqsAsyncBatchManager manager = sqs.batchManager(
                    client,
                    SqsAsyncBatchManager.builder()
                            .scheduledExecutor(executor)
                            .overrideConfiguration(o -> o.maxBatchSize(5)))) {
                sendTen(manager);
            }
            await().until(() -> otel.spans().size() == 12);
            assertThat(stub.http.calls).hasSize(2);
            assertThat(spans("send orders"))
                    .hasSize(2)
                    .allSatisfy(send -> assertThat(links(send)).hasSize(5));
        }
    }
}
