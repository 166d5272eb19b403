package dev.linkspan.sqs;

import dev.linkspan.propagation.MessageSpan;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** The send of one message. */
final class SqsSend extends SqsSpanCall<SendMessageRequest, SendMessageResponse> {

    /** @param span a Send span, or a Create span where something else will send the message */
    SqsSend(SqsQueue queue, SendMessageRequest request, MessageSpan span) {
        super(queue.settings.telemetry, request, span);
        this.request = withContext(queue, request, span);
    }

    /** A copy: requests are immutable, and the caller's may be sent again. The request itself if there is nothing to write. */
    private static SendMessageRequest withContext(SqsQueue queue, SendMessageRequest request, MessageSpan span) {
        if (!queue.requests.injects(span)) {
            return request;
        }
        try {
            SqsMessageHeaders headers = SqsSendAdapter.headersOf(request).copy();
            int limit = queue.settings.maxMessageBytes;
            long room = SqsSize.room(SqsSize.of(request.messageBody(), request.messageAttributes(), limit), limit);
            if (!queue.requests.inject(span, headers, room, SqsCarrier.MAX_ATTRIBUTES)) {
                return request;
            }
            SendMessageRequest.Builder copy = request.toBuilder();
            if (headers.wroteAttributes()) {
                copy.messageAttributes(headers.attributes);
            }
            if (headers.wroteTraceHeader()) {
                copy.messageSystemAttributesWithStrings(headers.systemAttributes());
            }
            return copy.build();
        } catch (Throwable t) {
            queue.requests.withdraw(span);
            queue.settings.telemetry.suppressed("sqs.copy", t);
            return request;
        }
    }

    @Override
    void answered(SendMessageResponse response) {
        span.messageId(response.messageId());
        SqsAnswers.describe(span, response);
    }
}
