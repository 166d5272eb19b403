package dev.linkspan.it.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.brokers.ElasticMqBroker;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.SqsWire;
import io.opentelemetry.api.trace.StatusCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** A server that is killed, and one that is not there. */
@Tag("faults")
@Timeout(180)
class SqsOutageFaultIT {

    private static final int MESSAGES = 100;
    private static final int KILLED_AT = 35;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TRIES = 5;

    @Test
    void f17_server_that_is_killed_in_the_middle_of_a_batch_costs_nothing_that_it_acknowledged() {
        try (SqsServer server = SqsServer.BROKERS.start(ElasticMqBroker.DURABLE);
                SqsClients sqs = new SqsClients(server, "SqsOutageFaultIT-killed")) {
            FaultResult result = Fault.of("F17", "server killed")
                    .control(Invariant.I4)
                    .run(SqsFaults.WHERE, run -> outage(run, server, sqs));

            assertThat(result.bare().handledCount()).isEqualTo(3 * MESSAGES - KILLED_AT);
            result.figure(
                    "%d acknowledged over a kill and all there; %d came again, as bare",
                    2 * MESSAGES, MESSAGES - KILLED_AT);
        }
    }

    /** What was not deleted when the server was killed is made visible by who has it. */
    private static void outage(Fault.Run run, SqsServer server, SqsClients sqs) {
        SqsRun application = new SqsRun(run);
        SqsClient client = application.client(withoutRetries(sqs, server.endpoint()));
        String url = sqs.queue("", SqsFaults.PATIENT);
        for (int id = 0; id < MESSAGES; id++) {
            application.send(client, url, id);
        }
        List<Message> batch = receive(client, url, MESSAGES);
        for (Message message : batch) {
            int id = SqsWire.id(message);
            application.process(url, message, () -> {
                if (id == KILLED_AT) {
                    server.kill();
                }
                if (id <= KILLED_AT) {
                    run.seen().raise("process " + id, () -> delete(client, url, message));
                }
            });
        }
        server.restart();
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> sqs.client().listQueues().hasQueueUrls());
        for (Message message : batch.subList(KILLED_AT, MESSAGES)) {
            client.changeMessageVisibility(
                    b -> b.queueUrl(url).receiptHandle(message.receiptHandle()).visibilityTimeout(0));
        }
        for (int id = MESSAGES; id < 2 * MESSAGES; id++) {
            application.send(client, url, id);
        }
        for (Message message : receive(client, url, 2 * MESSAGES - KILLED_AT)) {
            application.process(url, message, () -> delete(client, url, message));
        }
    }

    private static SqsClient withoutRetries(SqsClients sqs, URI endpoint) {
        return sqs.builder()
                .endpointOverride(endpoint)
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** In the order of their ids: a queue gives them in the order that it likes. */
    private static List<Message> receive(SqsClient client, String url, int count) {
        List<Message> messages = new ArrayList<>();
        Awaitility.await().pollDelay(Duration.ZERO).atMost(PATIENCE).until(() -> {
            messages.addAll(SqsRun.receive(client, url, 10));
            return messages.size() >= count;
        });
        messages.sort(Comparator.comparingInt(SqsWire::id));
        return messages;
    }

    private static void delete(SqsClient client, String url, Message message) {
        client.deleteMessage(b -> b.queueUrl(url).receiptHandle(message.receiptHandle()));
    }

    @Test
    @ExtendWith(SqsExtension.class)
    void f18_server_that_cannot_be_reached_fails_a_send_as_it_does_without_tracing(SqsClients sqs) throws IOException {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = URI.create("http://localhost:" + free.getLocalPort());
        }
        FaultResult result = Fault.of("F18", "server unreachable")
                .control(Invariant.I4)
                .run(SqsFaults.WHERE, run -> unreachable(run, sqs, nobody));

        assertThat(result.linkspan().spans().all())
                .hasSize(2 * TRIES)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
        result.figure("failed by the same exceptions as bare; %d spans with an error", 2 * TRIES);
    }

    private static void unreachable(Fault.Run run, SqsClients sqs, URI nobody) {
        SqsRun application = new SqsRun(run);
        String url = nobody + "/000000000000/nowhere";
        try (SqsClient bare = withoutRetries(sqs, nobody);
                SqsAsyncClient bareToo = sqs.asyncBuilder()
                        .endpointOverride(nobody)
                        .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                        .build()) {
            SqsClient client = application.client(bare);
            SqsAsyncClient asyncClient = application.client(bareToo);
            for (int i = 0; i < TRIES; i++) {
                int id = i;
                application.failing("send " + i, () -> application.send(client, url, id));
                application.failing(
                        "send later " + i,
                        () -> application.send(asyncClient, url, id).join());
            }
        }
    }
}
