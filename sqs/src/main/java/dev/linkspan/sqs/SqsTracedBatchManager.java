package dev.linkspan.sqs;

import dev.linkspan.propagation.ClientProxy;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/**
 * The methods of an {@link SqsAsyncBatchManager} that are traced. Here the caller is known, who is not when the manager
 * flushes: so each message gets its context here, and the {@link SqsBatchedClient} below keeps it.
 */
final class SqsTracedBatchManager {

    private final SqsAsyncBatchManager manager;
    private final SqsCalls calls;

    private SqsTracedBatchManager(SqsAsyncBatchManager manager, SqsCalls calls) {
        this.manager = manager;
        this.calls = calls;
    }

    static SqsAsyncBatchManager over(SqsAsyncClient client, SqsCalls calls, SqsAsyncBatchManager.Builder builder) {
        SqsAsyncClient below = ClientProxy.wrap(
                SqsAsyncClient.class, client, new SqsBatchedClient(client, calls), MethodHandles.lookup());
        SqsAsyncBatchManager manager = builder.client(below).build();
        return ClientProxy.wrap(
                SqsAsyncBatchManager.class, manager, new SqsTracedBatchManager(manager, calls), MethodHandles.lookup());
    }

    CompletableFuture<SendMessageResponse> sendMessage(SendMessageRequest request) {
        return calls.create(request).runAsync(manager::sendMessage);
    }

    /** With the caller's own request: one that asks for attributes is not served from what is buffered. */
    CompletableFuture<ReceiveMessageResponse> receiveMessage(ReceiveMessageRequest request) {
        return calls.handOut(request).runAsync(manager::receiveMessage);
    }

    CompletableFuture<DeleteMessageResponse> deleteMessage(DeleteMessageRequest request) {
        return calls.delete(request).runAsync(manager::deleteMessage);
    }

    CompletableFuture<ChangeMessageVisibilityResponse> changeMessageVisibility(ChangeMessageVisibilityRequest request) {
        return calls.changeVisibility(request).runAsync(manager::changeMessageVisibility);
    }
}
