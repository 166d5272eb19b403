package dev.linkspan.sqs;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads messages that a Lambda function was called with. */
final class SqsLambdaAdapter extends SqsAdapter<SQSMessage> {

    private final boolean snsEnvelopes;

    SqsLambdaAdapter(boolean snsEnvelopes) {
        this.snsEnvelopes = snsEnvelopes;
    }

    @Override
    public SqsHeaders headers(SQSMessage message) {
        SqsHeaders headers = SqsLambdaHeaders.of(message);
        return snsEnvelopes ? SqsSnsHeaders.of(headers, message.getBody()) : headers;
    }

    @Override
    public @Nullable String destination(SQSMessage message) {
        return queue(message);
    }

    /** The last part of the queue's ARN. */
    static @Nullable String queue(SQSMessage message) {
        String arn = message.getEventSourceArn();
        return arn == null ? null : arn.substring(arn.lastIndexOf(':') + 1);
    }

    @Override
    public @Nullable String messageId(SQSMessage message) {
        return message.getMessageId();
    }

    @Override
    public int deliveryCount(SQSMessage message) {
        Map<String, String> attributes = message.getAttributes();
        return attributes == null ? 0 : receiveCount(attributes.get("ApproximateReceiveCount"));
    }

    @Override
    @Nullable
    String body(SQSMessage message) {
        return message.getBody();
    }
}
