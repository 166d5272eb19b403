package dev.linkspan.sqs;

import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.SqsClient;
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

/**
 * The methods of an {@link SqsClient} that are traced; all others go straight to the client. Those that take a lambda are
 * here too, because a client that is a proxy of somebody else's has them itself, and would pass us by.
 */
final class SqsTracedClient {

    private final SqsClient client;
    private final SqsCalls calls;

    SqsTracedClient(SqsClient client, SqsCalls calls) {
        this.client = client;
        this.calls = calls;
    }

    SendMessageResponse sendMessage(SendMessageRequest request) {
        return calls.send(request).run(client::sendMessage);
    }

    SendMessageResponse sendMessage(Consumer<SendMessageRequest.Builder> request) {
        return sendMessage(SendMessageRequest.builder().applyMutation(request).build());
    }

    SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
        return calls.sendBatch(request).run(client::sendMessageBatch);
    }

    SendMessageBatchResponse sendMessageBatch(Consumer<SendMessageBatchRequest.Builder> request) {
        return sendMessageBatch(
                SendMessageBatchRequest.builder().applyMutation(request).build());
    }

    ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        return calls.receive(request).run(client::receiveMessage);
    }

    ReceiveMessageResponse receiveMessage(Consumer<ReceiveMessageRequest.Builder> request) {
        return receiveMessage(
                ReceiveMessageRequest.builder().applyMutation(request).build());
    }

    DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
        return calls.delete(request).run(client::deleteMessage);
    }

    DeleteMessageResponse deleteMessage(Consumer<DeleteMessageRequest.Builder> request) {
        return deleteMessage(
                DeleteMessageRequest.builder().applyMutation(request).build());
    }

    DeleteMessageBatchResponse deleteMessageBatch(DeleteMessageBatchRequest request) {
        return calls.deleteBatch(request).run(client::deleteMessageBatch);
    }

    DeleteMessageBatchResponse deleteMessageBatch(Consumer<DeleteMessageBatchRequest.Builder> request) {
        return deleteMessageBatch(
                DeleteMessageBatchRequest.builder().applyMutation(request).build());
    }

    ChangeMessageVisibilityResponse changeMessageVisibility(ChangeMessageVisibilityRequest request) {
        return calls.changeVisibility(request).run(client::changeMessageVisibility);
    }

    ChangeMessageVisibilityResponse changeMessageVisibility(Consumer<ChangeMessageVisibilityRequest.Builder> request) {
        return changeMessageVisibility(
                ChangeMessageVisibilityRequest.builder().applyMutation(request).build());
    }

    ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(ChangeMessageVisibilityBatchRequest request) {
        return calls.changeVisibilityBatch(request).run(client::changeMessageVisibilityBatch);
    }

    ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
            Consumer<ChangeMessageVisibilityBatchRequest.Builder> request) {
        return changeMessageVisibilityBatch(ChangeMessageVisibilityBatchRequest.builder()
                .applyMutation(request)
                .build());
    }
}
