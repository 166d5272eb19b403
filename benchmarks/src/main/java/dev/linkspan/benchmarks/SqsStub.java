package dev.linkspan.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** A client that takes what is sent, and has messages. */
final class SqsStub implements SqsClient {

    private final SendMessageResponse answer =
            SendMessageResponse.builder().messageId("8a1f").build();
    private ReceiveMessageResponse arrived = ReceiveMessageResponse.builder().build();
    SendMessageRequest last;

    static Message message(int number, Map<String, String> headers) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        headers.forEach((name, value) -> attributes.put(name, text(value)));
        return Message.builder()
                .messageId("m-" + number)
                .receiptHandle("r-" + number)
                .body("chair")
                .messageAttributes(attributes)
                .build();
    }

    static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    void arrive(List<Message> messages) {
        arrived = ReceiveMessageResponse.builder().messages(messages).build();
    }

    @Override
    public SendMessageResponse sendMessage(SendMessageRequest request) {
        last = request;
        return answer;
    }

    @Override
    public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
        return arrived;
    }

    @Override
    public String serviceName() {
        return "sqs";
    }

    @Override
    public void close() {}
}
