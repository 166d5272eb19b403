package dev.linkspan.sqs;

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
 * The methods of an {@link SqsClient} that are traced; all others go straight to the client. Those that take a lambda come
 * here by way of these.
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

    SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
        return calls.sendBatch(request).run(client::sendMessageBatch);
    }

    ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        return calls.receive(request).run(client::receiveMessage);
    }

    DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
        return calls.delete(request).run(client::deleteMessage);
    }

    DeleteMessageBatchResponse deleteMessageBatch(DeleteMessageBatchRequest request) {
        return calls.deleteBatch(request).run(client::deleteMessageBatch);
    }

    ChangeMessageVisibilityResponse changeMessageVisibility(ChangeMessageVisibilityRequest request) {
        return calls.changeVisibility(request).run(client::changeMessageVisibility);
    }

    ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(ChangeMessageVisibilityBatchRequest request) {
        return calls.changeVisibilityBatch(request).run(client::changeMessageVisibilityBatch);
    }
}
