package dev.linkspan.sqs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** An asynchronous client over a {@link FakeSqs}: answers at once, or when it is told to. */
final class FakeAsyncSqs implements SqsAsyncClient {

    final FakeSqs sqs;
    /** Whether answers wait for {@link #answer}. */
    boolean slow;

    final List<CompletableFuture<?>> futures = new ArrayList<>();
    private final List<Runnable> answers = new ArrayList<>();
    boolean closed;

    FakeAsyncSqs() {
        this(new FakeSqs());
    }

    FakeAsyncSqs(FakeSqs sqs) {
        this.sqs = sqs;
    }

    /** Gives all answers that wait. */
    void answer() {
        List<Runnable> waiting = List.copyOf(answers);
        answers.clear();
        waiting.forEach(Runnable::run);
    }

    private synchronized <T> CompletableFuture<T> future(Supplier<T> answer) {
        CompletableFuture<T> future = new CompletableFuture<>();
        futures.add(future);
        Runnable complete = () -> {
            try {
                future.complete(answer.get());
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            }
        };
        if (slow) {
            answers.add(complete);
        } else {
            complete.run();
        }
        return future;
    }

    @Override
    public CompletableFuture<SendMessageResponse> sendMessage(SendMessageRequest request) {
        return future(() -> sqs.sendMessage(request));
    }

    @Override
    public CompletableFuture<SendMessageBatchResponse> sendMessageBatch(SendMessageBatchRequest request) {
        return future(() -> sqs.sendMessageBatch(request));
    }

    @Override
    public CompletableFuture<ReceiveMessageResponse> receiveMessage(ReceiveMessageRequest request) {
        return future(() -> sqs.receiveMessage(request));
    }

    @Override
    public CompletableFuture<DeleteMessageResponse> deleteMessage(DeleteMessageRequest request) {
        return future(() -> sqs.deleteMessage(request));
    }

    @Override
    public CompletableFuture<DeleteMessageBatchResponse> deleteMessageBatch(DeleteMessageBatchRequest request) {
        return future(() -> sqs.deleteMessageBatch(request));
    }

    @Override
    public CompletableFuture<ChangeMessageVisibilityResponse> changeMessageVisibility(
            ChangeMessageVisibilityRequest request) {
        return future(() -> sqs.changeMessageVisibility(request));
    }

    @Override
    public CompletableFuture<ChangeMessageVisibilityBatchResponse> changeMessageVisibilityBatch(
            ChangeMessageVisibilityBatchRequest request) {
        return future(() -> sqs.changeMessageVisibilityBatch(request));
    }

    /** A batch manager asks for them, to know how long a receive may wait. */
    @Override
    public CompletableFuture<GetQueueAttributesResponse> getQueueAttributes(GetQueueAttributesRequest request) {
        return CompletableFuture.completedFuture(GetQueueAttributesResponse.builder()
                .attributesWithStrings(
                        java.util.Map.of("ReceiveMessageWaitTimeSeconds", "0", "VisibilityTimeout", "30"))
                .build());
    }

    @Override
    public String serviceName() {
        return "sqs";
    }

    @Override
    public void close() {
        closed = true;
    }
}
