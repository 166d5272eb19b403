package dev.linkspan.it.sqs;

import dev.linkspan.faults.ClientRun;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.SqsWire;
import dev.linkspan.sqs.SqsTelemetry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** What an application does to be traced, or not, where it is too unlike {@link dev.linkspan.faults.SqsApplication}. */
final class SqsRun extends ClientRun<Message, Map<String, MessageAttributeValue>> {

    private final SqsTelemetry sqs;

    SqsRun(Fault.Run run) {
        super(run, SqsWire.tracing(run.wrapping(), run.telemetry()));
        this.sqs = SqsTelemetry.create(run.telemetry().openTelemetry());
    }

    @Override
    protected int id(Message message) {
        return SqsWire.id(message);
    }

    @Override
    protected Map<String, MessageAttributeValue> headers(Message message) {
        return message.messageAttributes();
    }

    SqsTelemetry telemetry() {
        return sqs;
    }

    /** Wrapped, if this run is. */
    SqsClient client(SqsClient client) {
        SqsClient recorded = SqsWire.recorded(client, seen());
        return tracing().wraps() ? sqs.wrap(recorded) : recorded;
    }

    /** Wrapped, if this run is. */
    SqsAsyncClient client(SqsAsyncClient client) {
        SqsAsyncClient recorded = SqsWire.recorded(client, seen());
        return tracing().wraps() ? sqs.wrap(recorded) : recorded;
    }

    void send(SqsClient client, String url, int id) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        Runnable over = tracing().sending(attributes);
        client.sendMessage(request(url, id, attributes));
        over.run();
        seen().acknowledged(id);
    }

    CompletableFuture<SendMessageResponse> send(SqsAsyncClient client, String url, int id) {
        Map<String, MessageAttributeValue> attributes = new HashMap<>();
        Runnable over = tracing().sending(attributes);
        CompletableFuture<SendMessageResponse> answer = client.sendMessage(request(url, id, attributes));
        answer.whenComplete((response, failure) -> over.run());
        return answer;
    }

    private static SendMessageRequest request(String url, int id, Map<String, MessageAttributeValue> attributes) {
        return SendMessageRequest.builder()
                .queueUrl(url)
                .messageBody(Integer.toString(id))
                .messageAttributes(attributes)
                .build();
    }

    /** Up to ten messages, with all that they have. */
    static List<Message> receive(SqsClient client, String url, int most) {
        return client.receiveMessage(b -> b.queueUrl(url)
                        .maxNumberOfMessages(most)
                        .waitTimeSeconds(1)
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages();
    }

    /** Runs the handler of what was received. Returns whether it threw nothing. */
    boolean process(String url, Message message, Observation.Step handler) {
        return process(sqs.messages(url), message, handler);
    }
}
