package dev.linkspan.benchmarks;

import dev.linkspan.sqs.SqsTelemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** SQS's client, traced. OpenTelemetry's library sits inside of the real client: see {@link SqsClientLibraries}. */
final class SqsLibraries {

    static final String QUEUE = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";

    private SqsLibraries() {}

    static Traced<Message> of(Library library, Backend backend) {
        return switch (library) {
            case BARE -> new Bare();
            case HAND_WRITTEN -> new ByHand(backend);
            default -> new Linkspan(backend);
        };
    }

    static SendMessageRequest request() {
        return SendMessageRequest.builder().queueUrl(QUEUE).messageBody("chair").build();
    }

    static ReceiveMessageRequest pull() {
        return ReceiveMessageRequest.builder()
                .queueUrl(QUEUE)
                .maxNumberOfMessages(10)
                .build();
    }

    private static class Bare extends Traced<Message> {

        final SqsStub stub = new SqsStub();
        SqsClient client = stub;

        @Override
        Message message(int number, Map<String, String> headers) {
            return SqsStub.message(number, headers);
        }

        @Override
        Object send() {
            return client.sendMessage(request());
        }

        @Override
        Object receive() {
            return client.receiveMessage(pull());
        }

        @Override
        void arrive(List<Message> messages) {
            stub.arrive(messages);
        }

        @Override
        Map<String, String> sent() {
            Map<String, String> headers = new HashMap<>();
            stub.last.messageAttributes().forEach((name, value) -> headers.put(name, value.stringValue()));
            return headers;
        }
    }

    private static final class ByHand extends Bare {

        private final SqsHandWritten own;

        ByHand(Backend backend) {
            own = new SqsHandWritten(backend.openTelemetry());
            handling = Handling.byHand(own);
        }

        @Override
        Object send() {
            return own.send(client, request());
        }

        @Override
        Object receive() {
            return own.receive(client, pull());
        }
    }

    private static final class Linkspan extends Bare {

        Linkspan(Backend backend) {
            SqsTelemetry sqs = SqsTelemetry.create(backend.openTelemetry());
            client = sqs.wrap(client);
            handling = Handling.linkspan(sqs.messages(QUEUE));
        }
    }
}
