package dev.linkspan.it.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.FailingBatches;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.Redeliveries;
import dev.linkspan.faults.SqsWire;
import dev.linkspan.sqs.SqsSettlement;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** Messages that come again, batches of which some fail, and clients that close under their users. */
@Tag("faults")
@Timeout(120)
@ExtendWith(SqsExtension.class)
class SqsSettlingFaultIT {

    private static final int MESSAGES = 100;
    private static final int REDELIVERED = 30;
    private static final int DELIVERIES = 3;
    private static final int BATCH = 10;
    private static final int REFUSED = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void f19_message_that_is_made_visible_twice_is_three_spans_linked_to_one_producer(SqsClients sqs) {
        FaultResult result = Fault.of("F19", "made visible twice")
                .control(Invariant.I4)
                .run(SqsFaults.WHERE, run -> {
                    SqsRun application = new SqsRun(run);
                    SqsClient client = application.client(sqs.client());
                    String url = sent(application, client, sqs, REDELIVERED);
                    for (int i = 0; i < REDELIVERED * DELIVERIES; i++) {
                        Message message = next(client, url, 1).get(0);
                        boolean handled = application.process(url, message, () -> {
                            if (deliveries(message) < DELIVERIES) {
                                throw new IllegalStateException("not yet");
                            }
                        });
                        if (handled) {
                            client.deleteMessage(b -> b.queueUrl(url).receiptHandle(message.receiptHandle()));
                        } else {
                            client.changeMessageVisibility(b -> b.queueUrl(url)
                                    .receiptHandle(message.receiptHandle())
                                    .visibilityTimeout(0));
                        }
                    }
                });

        assertThat(result.bare().handledCount()).isEqualTo(REDELIVERED * DELIVERIES);
        assertThat(Redeliveries.deliveryCounts(result, "send")).containsExactly("1", "2", "3");
        result.figure("%d spans a message, linked to its producer, delivery count 1, 2, 3", DELIVERIES);
    }

    private static int deliveries(Message message) {
        return Integer.parseInt(message.attributes().get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT));
    }

    @Test
    void f23_failed_message_of_a_batch_comes_again_and_costs_the_others_nothing(SqsClients sqs) {
        FaultResult result = Fault.of("F23", "1 of 10 fails")
                .control(Invariant.I4)
                .run(SqsFaults.WHERE, run -> {
                    SqsRun application = new SqsRun(run);
                    SqsClient client = application.client(sqs.client());
                    String url = sent(application, client, sqs, MESSAGES);
                    FailingBatches<Message> batches = new FailingBatches<>(
                            application,
                            application.telemetry().messages(url),
                            SqsSettlement.of(client, url, Duration.ZERO)::settle);
                    int succeeded = 0;
                    while (succeeded < MESSAGES) {
                        List<Message> batch = next(client, url, Math.min(BATCH, MESSAGES - succeeded));
                        succeeded += batch.size() - batches.handle(batch);
                    }
                });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES + MESSAGES / BATCH);
        assertThat(result.linkspan().spans().named("process").stream().flatMap(span -> span.getEvents().stream()))
                .hasSize(MESSAGES / BATCH);
        result.figure("%d failed once, the same exception; made visible, the others deleted", MESSAGES / BATCH);
    }

    @Test
    void f23_entries_of_a_batch_that_are_refused_are_errors_of_their_own_and_the_others_are_sent(SqsClients sqs) {
        FaultResult result = Fault.of("F23", "3 of 10 entries refused").run(SqsFaults.WHERE, run -> {
            SqsRun application = new SqsRun(run);
            SqsClient client = application.client(sqs.client());
            String url = sqs.queue();
            for (int first = 0; first < MESSAGES; first += BATCH) {
                List<SendMessageBatchRequestEntry> entries = entries(first);
                SendMessageBatchResponse response =
                        client.sendMessageBatch(b -> b.queueUrl(url).entries(entries));
                response.successful().forEach(entry -> run.seen().acknowledged(Integer.parseInt(entry.id())));
                run.seen()
                        .called("refused "
                                + response.failed().stream()
                                        .map(SqsSettlingFaultIT::told)
                                        .toList());
            }
            int good = MESSAGES / BATCH * (BATCH - REFUSED);
            for (Message message : SqsClients.receive(client, url, good, "All")) {
                application.process(url, message, () -> {});
            }
        });

        assertThat(result.bare().handledCount()).isEqualTo(MESSAGES / BATCH * (BATCH - REFUSED));
        List<SpanData> created = result.linkspan().spans().named("create");
        assertThat(created).hasSize(MESSAGES);
        assertThat(created.stream().filter(span -> span.getStatus().getStatusCode() == StatusCode.ERROR))
                .hasSize(MESSAGES / BATCH * REFUSED);
        assertThat(result.linkspan().spans().named("send"))
                .hasSize(MESSAGES / BATCH)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET));
        result.figure("%d batches: 3 create spans with an error each, 7 sent and linked", MESSAGES / BATCH);
    }

    /** The last three have more attributes than a message may have. */
    private static List<SendMessageBatchRequestEntry> entries(int first) {
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
        for (int id = first; id < first + BATCH; id++) {
            Map<String, MessageAttributeValue> attributes = new HashMap<>();
            for (int i = 0; i < (id < first + BATCH - REFUSED ? 1 : 11); i++) {
                attributes.put("own-" + i, SqsClients.text("value"));
            }
            entries.add(SendMessageBatchRequestEntry.builder()
                    .id(Integer.toString(id))
                    .messageBody(Integer.toString(id))
                    .messageAttributes(attributes)
                    .build());
        }
        return entries;
    }

    private static String told(BatchResultErrorEntry refused) {
        return refused.id() + " " + refused.code() + " " + refused.message();
    }

    @Test
    void f25_client_that_is_closed_by_a_handler_leaves_no_span_open(SqsClients sqs) {
        FaultResult result = Fault.of("F25", "closed by a handler, twice")
                .control(Invariant.I4)
                .run(SqsFaults.WHERE, run -> {
                    SqsRun application = new SqsRun(run);
                    String url = sent(application, application.client(sqs.client()), sqs, BATCH);
                    // with threads of its own: it goes on with those of others, closed or not
                    SqsAsyncClient client = application.client(sqs.asyncBuilder(NettyNioAsyncHttpClient.builder()
                                    .eventLoopGroupBuilder(
                                            SdkEventLoopGroup.builder().numberOfThreads(1)))
                            .build());
                    for (Message message : next(sqs.client(), url, BATCH)) {
                        int id = SqsWire.id(message);
                        application.process(url, message, () -> {
                            if (id == BATCH / 2) {
                                client.close();
                                client.close();
                            } else if (id > BATCH / 2) {
                                run.seen().raise("process " + id, () -> delete(client, url, message));
                            }
                        });
                    }
                    application.failing(
                            "send", () -> application.send(client, url, -1).join());
                    application.failing(
                            "receive",
                            () -> client.receiveMessage(b -> b.queueUrl(url)).join());
                });
        result.figure("%d handlers, 4 of them after it was closed; failed as bare", BATCH);
    }

    private static void delete(SqsAsyncClient client, String url, Message message) {
        client.deleteMessage(b -> b.queueUrl(url).receiptHandle(message.receiptHandle()))
                .join();
    }

    /** How many of them the server has had by then is the network's affair. */
    @Test
    void f25_close_answers_what_is_in_flight(SqsClients sqs) {
        FaultResult result = Fault.of("F25", "closed in flight").run(SqsFaults.WHERE, run -> {
            SqsRun application = new SqsRun(run);
            SqsAsyncClient client = application.client(
                    sqs.asyncBuilder(NettyNioAsyncHttpClient.builder()).build());
            String url = sqs.queue();
            List<CompletableFuture<SendMessageResponse>> answers = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                int id = i;
                run.seen().call("send " + i, () -> answers.add(application.send(client, url, id)));
            }
            client.close();
            client.close();
            Awaitility.await().atMost(PATIENCE).until(() -> answers.stream().allMatch(CompletableFuture::isDone));
        });
        assertThat(result.linkspan().spans().named("send")).hasSize(MESSAGES);
        result.figure("%,d in flight, all answered, 0 spans open", MESSAGES);
    }

    /** Returns the URL of a queue with so many messages, of which none comes again by itself. */
    private static String sent(SqsRun application, SqsClient client, SqsClients sqs, int count) {
        String url = sqs.queue("", SqsFaults.PATIENT);
        for (int id = 0; id < count; id++) {
            application.send(client, url, id);
        }
        return url;
    }

    private static List<Message> next(SqsClient client, String url, int count) {
        List<Message> messages = new ArrayList<>();
        Awaitility.await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> {
            messages.addAll(SqsRun.receive(client, url, count - messages.size()));
            return messages.size() == count;
        });
        // a queue gives them in the order that it likes
        messages.sort(Comparator.comparingInt(SqsWire::id));
        return messages;
    }
}
