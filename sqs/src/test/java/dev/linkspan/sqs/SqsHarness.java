package dev.linkspan.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** Queues in memory, and either kind of client. */
final class SqsHarness implements PropagationHarness<SendMessageRequest, Message> {

    /** What the application asks for; with telemetry off, nobody else asks for a traceparent. */
    private static final List<String> OWN =
            List.of("tenant", "Tenant2", "binary", "b3", "traceparent", "homemade-baggage-.*");

    private final FakeSqs fake = new FakeSqs();
    private final boolean async;
    private Consumer<SendMessageRequest> send;
    private Function<ReceiveMessageRequest, ReceiveMessageResponse> receive;
    private Consumer<DeleteMessageRequest> delete;
    private Consumer<ChangeMessageVisibilityRequest> changeVisibility;
    private SqsTelemetry sqs;
    private String queueUrl;
    private int queues;

    SqsHarness(boolean async) {
        this.async = async;
    }

    @Override
    public void start(MessagingTelemetry messaging) {
        sqs = SqsTelemetry.create(messaging);
        if (async) {
            SqsAsyncClient client = sqs.wrap(new FakeAsyncSqs(fake));
            send = request -> client.sendMessage(request).join();
            receive = request -> client.receiveMessage(request).join();
            delete = request -> client.deleteMessage(request).join();
            changeVisibility =
                    request -> client.changeMessageVisibility(request).join();
        } else {
            SqsClient client = sqs.wrap(fake);
            send = client::sendMessage;
            receive = client::receiveMessage;
            delete = client::deleteMessage;
            changeVisibility = client::changeMessageVisibility;
        }
    }

    @Override
    public String uniqueDestination() {
        String queue = "queue-" + queues++;
        queueUrl = FakeSqs.HOST + queue;
        return queue;
    }

    @Override
    public SendMessageRequest message(String queue, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Map<String, MessageAttributeValue> attributes = new TreeMap<>();
        headers.forEach(header -> attributes.put(header.getKey(), attribute(header.getValue())));
        SendMessageRequest.Builder request =
                SendMessageRequest.builder().queueUrl(FakeSqs.HOST + queue).messageBody(body);
        return attributes.isEmpty()
                ? request.build()
                : request.messageAttributes(attributes).build();
    }

    private static MessageAttributeValue attribute(byte[] value) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            return MessageAttributeValue.builder()
                    .dataType("String")
                    .stringValue(text)
                    .build();
        } catch (CharacterCodingException e) {
            return MessageAttributeValue.builder()
                    .dataType("Binary")
                    .binaryValue(SdkBytes.fromByteArray(value))
                    .build();
        }
    }

    @Override
    public String describe(SendMessageRequest request) {
        return request.toString();
    }

    @Override
    public void send(SendMessageRequest request) {
        send.accept(request);
    }

    @Override
    public void sendBare(SendMessageRequest request) {
        fake.sendMessage(request);
    }

    @Override
    public List<Message> receive(String queue, int count) {
        queueUrl = FakeSqs.HOST + queue;
        List<Message> received = new ArrayList<>();
        while (received.size() < count) {
            List<Message> some = receive.apply(ReceiveMessageRequest.builder()
                            .queueUrl(queueUrl)
                            .maxNumberOfMessages(10)
                            .messageAttributeNames(OWN)
                            .build())
                    .messages();
            if (some.isEmpty()) {
                throw new AssertionError("the queue has " + received.size() + " of " + count + " messages");
            }
            received.addAll(some);
        }
        return received;
    }

    @Override
    public MessageTracer<Message> tracer() {
        return sqs.messages(queueUrl);
    }

    @Override
    public void settle(String queue, List<Message> messages) {
        messages.forEach(message -> delete.accept(DeleteMessageRequest.builder()
                .queueUrl(FakeSqs.HOST + queue)
                .receiptHandle(message.receiptHandle())
                .build()));
    }

    @Override
    public void giveBack(String queue, List<Message> messages) {
        messages.forEach(message -> changeVisibility.accept(ChangeMessageVisibilityRequest.builder()
                .queueUrl(FakeSqs.HOST + queue)
                .receiptHandle(message.receiptHandle())
                .visibilityTimeout(0)
                .build()));
    }

    @Override
    public String body(Message message) {
        return message.body();
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(Message message) {
        List<Map.Entry<String, byte[]>> headers = new ArrayList<>();
        message.messageAttributes()
                .forEach((name, value) -> headers.add(new SimpleEntry<>(
                        name,
                        value.stringValue() == null
                                ? value.binaryValue().asByteArray()
                                : value.stringValue().getBytes(UTF_8))));
        return headers;
    }

    /** SQS takes no empty attribute. */
    @Override
    public boolean carries(String name, byte[] value) {
        return value != null && value.length > 0;
    }

    @Override
    public void close() {}
}
