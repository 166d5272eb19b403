package dev.linkspan.sqs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.awscore.AwsResponseMetadata;
import software.amazon.awssdk.awscore.DefaultAwsResponseMetadata;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
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
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;
import software.amazon.awssdk.services.sqs.model.SqsResponseMetadata;

/** A client of queues in memory, as strict as SQS is about what it takes, and as mean with what it hands out. */
class FakeSqs implements SqsClient {

    static final String HOST = "https://sqs.eu-central-1.amazonaws.com/123456789012/";
    static final String ORDERS = HOST + "orders";

    /** What was asked, in order. */
    final List<SdkRequest> requests = new CopyOnWriteArrayList<>();

    private final Map<String, FakeQueue> queues = new LinkedHashMap<>();
    /** Entries of batches that are refused, by their ids. */
    final List<String> refused = new ArrayList<>();

    RuntimeException failure;

    synchronized FakeQueue queue(String url) {
        return queues.computeIfAbsent(url, unknown -> new FakeQueue());
    }

    static AwsResponseMetadata metadata() {
        return DefaultAwsResponseMetadata.create(Map.of("AWS_REQUEST_ID", "request-1"));
    }

    static SqsException refusal(String code, String message) {
        return (SqsException) SqsException.builder()
                .message(message)
                .requestId("request-2")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    private synchronized void record(SdkRequest request) {
        requests.add(request);
        if (failure != null) {
            throw failure;
        }
    }

    <T> T last(Class<T> type) {
        return type.cast(requests.get(requests.size() - 1));
    }

    SendMessageRequest sent(int index) {
        return (SendMessageRequest) requests.get(index);
    }

    long calls(Class<?> type) {
        return requests.stream().filter(type::isInstance).count();
    }

    @Override
    public SendMessageResponse sendMessage(SendMessageRequest request) {
        record(request);
        String id = queue(request.queueUrl()).add(FakeQueue.Sent.of(request));
        SendMessageResponse.Builder response = SendMessageResponse.builder().messageId(id);
        return (SendMessageResponse) response.responseMetadata(SqsResponseMetadata.create(metadata()))
                .build();
    }

    @Override
    public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
        record(request);
        long size = request.entries().stream()
                .mapToLong(entry -> FakeQueue.Sent.of(entry).size())
                .sum();
        if (size > SqsSize.MOST) {
            throw refusal(
                    "AWS.SimpleQueueService.BatchRequestTooLong",
                    "Batch requests cannot be longer than 1048576 bytes.");
        }
        List<SendMessageBatchResultEntry> taken = new ArrayList<>();
        for (SendMessageBatchRequestEntry entry : request.entries()) {
            if (!refused.contains(entry.id())) {
                taken.add(SendMessageBatchResultEntry.builder()
                        .id(entry.id())
                        .messageId(queue(request.queueUrl()).add(FakeQueue.Sent.of(entry)))
                        .build());
            }
        }
        SendMessageBatchResponse.Builder response = SendMessageBatchResponse.builder()
                .successful(taken)
                .failed(refusals(request.entries().stream()
                        .map(SendMessageBatchRequestEntry::id)
                        .toList()));
        return (SendMessageBatchResponse) response.responseMetadata(SqsResponseMetadata.create(metadata()))
                .build();
    }

    private List<BatchResultErrorEntry> refusals(List<String> ids) {
        return ids.stream()
                .filter(refused::contains)
                .map(id -> BatchResultErrorEntry.builder()
                        .id(id)
                        .code("InternalError")
                        .message("try again")
                        .senderFault(false)
                        .build())
                .toList();
    }

    @Override
    public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        record(request);
        ReceiveMessageResponse.Builder response = ReceiveMessageResponse.builder()
                .messages(queue(request.queueUrl()).receive(request));
        return (ReceiveMessageResponse) response.responseMetadata(SqsResponseMetadata.create(metadata()))
                .build();
    }

    @Override
    public DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
        record(request);
        queue(request.queueUrl()).delete(request.receiptHandle());
        return (DeleteMessageResponse) DeleteMessageResponse.builder()
                .responseMetadata(SqsResponseMetadata.create(metadata()))
                .build();
    }

    @Override
    public DeleteMessageBatchResponse deleteMessageBatch(DeleteMessageBatchRequest request) {
        record(request);
        request.entries().stream()
                .filter(entry -> !refused.contains(entry.id()))
                .forEach(entry -> queue(request.queueUrl()).delete(entry.receiptHandle()));
        return DeleteMessageBatchResponse.builder()
                .failed(refusals(
                        request.entries().stream().map(entry -> entry.id()).toList()))
                .build();
    }

    @Override
    public ChangeMessageVisibilityResponse changeMessageVisibility(ChangeMessageVisibilityRequest request) {
        record(request);
        queue(request.queueUrl()).visibility(request.receiptHandle(), request.visibilityTimeout());
        return ChangeMessageVisibilityResponse.builder().build();
    }

    @Override
    public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
            ChangeMessageVisibilityBatchRequest request) {
        record(request);
        request.entries().stream()
                .filter(entry -> !refused.contains(entry.id()))
                .forEach(entry ->
                        queue(request.queueUrl()).visibility(entry.receiptHandle(), entry.visibilityTimeout()));
        return ChangeMessageVisibilityBatchResponse.builder()
                .failed(refusals(
                        request.entries().stream().map(entry -> entry.id()).toList()))
                .build();
    }

    @Override
    public String serviceName() {
        return "sqs";
    }

    @Override
    public void close() {}
}
