package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** A queue in memory, with the limit of sizes that emulators do not have, and the clients that use it. */
final class MemorySqs implements SqsApplication.Backend {

    static final String URL = "http://localhost/000000000000/faults";

    /** Of a message: its body, and the names, types and values of its attributes. */
    static final int MOST_BYTES = 1_048_576;

    private final Network network = new Network(true);
    private final Queue<Message> queue = new ArrayDeque<>();
    private final Fault fault;
    private final Observation seen;

    MemorySqs(Fault fault, Observation seen) {
        this.fault = fault;
        this.seen = seen;
    }

    @Override
    public String sent() {
        return URL;
    }

    @Override
    public String arrived() {
        return URL;
    }

    @Override
    public SqsClient client() {
        throw new UnsupportedOperationException("a client that waits is for brokers");
    }

    @Override
    public SqsAsyncClient asyncClient() {
        return new MemoryClient();
    }

    @Override
    public @Nullable Throwable deliver(int count) {
        network.awaitIdle();
        return network.death();
    }

    @Override
    public void close() {
        network.close();
    }

    static long bytes(String body, Map<String, MessageAttributeValue> attributes) {
        long bytes = body.getBytes(UTF_8).length;
        for (Map.Entry<String, MessageAttributeValue> attribute : attributes.entrySet()) {
            MessageAttributeValue value = attribute.getValue();
            bytes +=
                    attribute.getKey().getBytes(UTF_8).length + value.dataType().getBytes(UTF_8).length;
            bytes += value.binaryValue() == null
                    ? value.stringValue().getBytes(UTF_8).length
                    : value.binaryValue().asByteArrayUnsafe().length;
        }
        return bytes;
    }

    /** Answers sends from its own thread. */
    private final class MemoryClient implements SqsAsyncClient {

        @Override
        public CompletableFuture<SendMessageResponse> sendMessage(SendMessageRequest request) {
            CompletableFuture<SendMessageResponse> future = new CompletableFuture<>();
            network.submit(() -> {
                if (bytes(request.messageBody(), request.messageAttributes()) > MOST_BYTES) {
                    future.completeExceptionally(new CompletionException(SqsException.builder()
                            .message("Message is too long")
                            .build()));
                    return;
                }
                int id = Integer.parseInt(request.messageBody().trim());
                List<Header> headers = SqsWire.headers(request.messageAttributes());
                seen.onWire(id, headers);
                Map<String, String> system = new HashMap<>();
                request.messageSystemAttributesAsStrings()
                        .forEach((name, value) -> system.put(name, value.stringValue()));
                Message message = Message.builder()
                        .messageId("m-" + id)
                        .receiptHandle("r-" + id)
                        .body(Integer.toString(id))
                        .attributesWithStrings(system)
                        .messageAttributes(SqsWire.attributes(fault.arriving(id, headers)))
                        .build();
                synchronized (queue) {
                    queue.add(message);
                }
                future.complete(
                        SendMessageResponse.builder().messageId("m-" + id).build());
            });
            return future;
        }

        @Override
        public CompletableFuture<ReceiveMessageResponse> receiveMessage(ReceiveMessageRequest request) {
            List<Message> messages = new ArrayList<>();
            synchronized (queue) {
                while (messages.size() < request.maxNumberOfMessages() && !queue.isEmpty()) {
                    messages.add(queue.remove());
                }
            }
            return CompletableFuture.completedFuture(
                    ReceiveMessageResponse.builder().messages(messages).build());
        }

        @Override
        public CompletableFuture<DeleteMessageBatchResponse> deleteMessageBatch(DeleteMessageBatchRequest request) {
            return CompletableFuture.completedFuture(
                    DeleteMessageBatchResponse.builder().build());
        }

        @Override
        public String serviceName() {
            return "sqs";
        }

        @Override
        public void close() {}
    }
}
