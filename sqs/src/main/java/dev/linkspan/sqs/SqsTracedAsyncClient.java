package dev.linkspan.sqs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** As {@link SqsTracedClient}, of an {@link SqsAsyncClient}. */
final class SqsTracedAsyncClient {

    /** As many as the client has for its own. */
    private static final int BATCH_MANAGER_THREADS = 5;

    private final SqsAsyncClient client;
    private final SqsCalls calls;
    private @Nullable ScheduledExecutorService batchManagers;

    SqsTracedAsyncClient(SqsAsyncClient client, SqsCalls calls) {
        this.client = client;
        this.calls = calls;
    }

    CompletableFuture<SendMessageResponse> sendMessage(SendMessageRequest request) {
        return calls.send(request).runAsync(client::sendMessage);
    }

    CompletableFuture<SendMessageResponse> sendMessage(Consumer<SendMessageRequest.Builder> request) {
        return sendMessage(SendMessageRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<SendMessageBatchResponse> sendMessageBatch(SendMessageBatchRequest request) {
        return calls.sendBatch(request).runAsync(client::sendMessageBatch);
    }

    CompletableFuture<SendMessageBatchResponse> sendMessageBatch(Consumer<SendMessageBatchRequest.Builder> request) {
        return sendMessageBatch(
                SendMessageBatchRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<ReceiveMessageResponse> receiveMessage(ReceiveMessageRequest request) {
        return calls.receive(request).runAsync(client::receiveMessage);
    }

    CompletableFuture<ReceiveMessageResponse> receiveMessage(Consumer<ReceiveMessageRequest.Builder> request) {
        return receiveMessage(
                ReceiveMessageRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<DeleteMessageResponse> deleteMessage(DeleteMessageRequest request) {
        return calls.delete(request).runAsync(client::deleteMessage);
    }

    CompletableFuture<DeleteMessageResponse> deleteMessage(Consumer<DeleteMessageRequest.Builder> request) {
        return deleteMessage(
                DeleteMessageRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<DeleteMessageBatchResponse> deleteMessageBatch(DeleteMessageBatchRequest request) {
        return calls.deleteBatch(request).runAsync(client::deleteMessageBatch);
    }

    CompletableFuture<DeleteMessageBatchResponse> deleteMessageBatch(
            Consumer<DeleteMessageBatchRequest.Builder> request) {
        return deleteMessageBatch(
                DeleteMessageBatchRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<ChangeMessageVisibilityResponse> changeMessageVisibility(ChangeMessageVisibilityRequest request) {
        return calls.changeVisibility(request).runAsync(client::changeMessageVisibility);
    }

    CompletableFuture<ChangeMessageVisibilityResponse> changeMessageVisibility(
            Consumer<ChangeMessageVisibilityRequest.Builder> request) {
        return changeMessageVisibility(
                ChangeMessageVisibilityRequest.builder().applyMutation(request).build());
    }

    CompletableFuture<ChangeMessageVisibilityBatchResponse> changeMessageVisibilityBatch(
            ChangeMessageVisibilityBatchRequest request) {
        return calls.changeVisibilityBatch(request).runAsync(client::changeMessageVisibilityBatch);
    }

    CompletableFuture<ChangeMessageVisibilityBatchResponse> changeMessageVisibilityBatch(
            Consumer<ChangeMessageVisibilityBatchRequest.Builder> request) {
        return changeMessageVisibilityBatch(ChangeMessageVisibilityBatchRequest.builder()
                .applyMutation(request)
                .build());
    }

    /** The client would put its manager over itself, and the manager's batches past us. */
    SqsAsyncBatchManager batchManager() {
        return batchManager(SqsAsyncBatchManager.builder().scheduledExecutor(executor()));
    }

    SqsAsyncBatchManager batchManager(SqsAsyncBatchManager.Builder builder) {
        return SqsTracedBatchManager.over(client, calls, builder);
    }

    /** The client does not give its own away. The threads end with the client, and keep no JVM alive. */
    private synchronized ScheduledExecutorService executor() {
        ScheduledExecutorService known = batchManagers;
        if (known == null) {
            known = Executors.newScheduledThreadPool(BATCH_MANAGER_THREADS, task -> {
                Thread thread = new Thread(task, "linkspan-sqs-batch-manager");
                thread.setDaemon(true);
                return thread;
            });
            batchManagers = known;
        }
        return known;
    }

    void close() {
        try {
            client.close();
        } finally {
            stop();
        }
    }

    private synchronized void stop() {
        if (batchManagers != null) {
            batchManagers.shutdown();
            batchManagers = null;
        }
    }
}
