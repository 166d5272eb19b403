package dev.linkspan.sqs;

import io.opentelemetry.context.Scope;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/**
 * What a batch manager calls. Messages are received ahead of who will want them, so a receive only asks for what they may
 * carry; deletes and the like were traced when they were asked for.
 */
final class SqsBatchedClient {

    private final SqsAsyncClient client;
    private final SqsCalls calls;

    SqsBatchedClient(SqsAsyncClient client, SqsCalls calls) {
        this.client = client;
        this.calls = calls;
    }

    /** The thread is that of whoever filled the batch, or of none of its callers: the batch is no part of what either does. */
    CompletableFuture<SendMessageBatchResponse> sendMessageBatch(SendMessageBatchRequest request) {
        try (Scope root = calls.makeRootCurrent(request)) {
            return calls.sendBatch(request).runAsync(client::sendMessageBatch);
        }
    }

    CompletableFuture<ReceiveMessageResponse> receiveMessage(ReceiveMessageRequest request) {
        return client.receiveMessage(calls.asking(request));
    }
}
