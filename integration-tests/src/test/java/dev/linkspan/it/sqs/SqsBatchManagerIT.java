package dev.linkspan.it.sqs;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.sqs.SqsClients.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;

/** The SDK's batch manager over a wrapped client: it still batches, and each message is its sender's. */
@ExtendWith(SqsExtension.class)
class SqsBatchManagerIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void messages_of_several_senders_go_together_and_each_is_linked_to_its_own(SqsClients sqs) {
        SqsTelemetry telemetry = SqsTelemetry.create(otel.openTelemetry());
        SqsAsyncClient client = telemetry.wrap(sqs.asyncClient());
        String url = sqs.queue();
        String queue = nameOf(url);
        List<Message> received = new ArrayList<>();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        // ten are a batch at once; the manager's 200 ms could pass before there are ten
        try (SqsAsyncBatchManager manager = telemetry.batchManager(
                client,
                SqsAsyncBatchManager.builder()
                        .scheduledExecutor(timer)
                        .overrideConfiguration(b -> b.sendRequestFrequency(PATIENCE)))) {
            List<CompletableFuture<?>> sent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String body = "item " + i;
                Span sender = otel.openTelemetry()
                        .getTracer("test")
                        .spanBuilder("sender")
                        .startSpan();
                try (Scope scope = sender.makeCurrent()) {
                    sent.add(manager.sendMessage(b -> b.queueUrl(url).messageBody(body)));
                } finally {
                    sender.end();
                }
            }
            sent.forEach(SqsClients::await);
            Awaitility.await().atMost(PATIENCE).until(() -> {
                received.addAll(SqsClients.await(manager.receiveMessage(b -> b.queueUrl(url)))
                        .messages());
                return received.size() == 10;
            });
            List<CompletableFuture<?>> deleted = new ArrayList<>();
            for (Message message : received) {
                telemetry
                        .messages(url)
                        .process(
                                message,
                                m -> deleted.add(manager.deleteMessage(
                                        b -> b.queueUrl(url).receiptHandle(m.receiptHandle()))));
            }
            deleted.forEach(SqsClients::await);
        } finally {
            timer.shutdownNow();
        }

        Awaitility.await().until(() -> named(otel.spans(), "delete " + queue).size() == 10);
        List<SpanData> spans = otel.spans();
        List<SpanData> creates = named(spans, "create " + queue);
        assertThat(creates).hasSize(10).extracting(SpanData::getParentSpanId).doesNotHaveDuplicates();
        assertThat(linksOf(one(spans, "send " + queue)))
                .as("one call for all ten")
                .containsExactlyInAnyOrderElementsOf(
                        creates.stream().map(SpanData::getSpanId).toList());
        assertThat(named(spans, "process " + queue))
                .flatExtracting(span -> linksOf(span))
                .containsExactlyInAnyOrderElementsOf(
                        creates.stream().map(SpanData::getSpanId).toList());
        otel.assertThatSpans().propagates(queue).followsConventions();
    }
}
