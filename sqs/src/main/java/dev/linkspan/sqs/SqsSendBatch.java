package dev.linkspan.sqs;

import dev.linkspan.propagation.MessageSpan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/** The send of several messages, each with a context of its own, and an outcome of its own. */
final class SqsSendBatch extends SqsSpanCall<SendMessageBatchRequest, SendMessageBatchResponse> {

    private final SqsQueue queue;
    private final List<SendMessageBatchRequestEntry> given;

    SqsSendBatch(SqsQueue queue, SendMessageBatchRequest request) {
        super(queue.settings.telemetry, request, queue.entries.startBatch(request.entries()));
        this.queue = queue;
        this.given = request.entries();
        this.request = withContexts(request);
    }

    private SendMessageBatchRequest withContexts(SendMessageBatchRequest request) {
        List<SendMessageBatchRequestEntry> entries = new ArrayList<>(given);
        boolean anyCopy = false;
        try {
            long[] sizes = sizes();
            long room = SqsSize.room(LongStream.of(sizes).sum(), SqsSize.MOST);
            for (int i = 0; i < given.size(); i++) {
                // an equal share of what is left, so that one with much baggage does not cost the others their links
                long share = room == Long.MAX_VALUE ? room : room / (given.size() - i);
                long own = SqsSize.room(sizes[i], queue.settings.maxMessageBytes);
                SendMessageBatchRequestEntry copy = withContext(given.get(i), span.message(i), Math.min(share, own));
                if (copy != null) {
                    entries.set(i, copy);
                    anyCopy = true;
                    room -= room == Long.MAX_VALUE ? 0 : size(copy) - size(given.get(i));
                }
            }
            return anyCopy ? request.toBuilder().entries(entries).build() : request;
        } catch (Throwable t) {
            for (int i = 0; i < given.size(); i++) {
                queue.entries.withdraw(span.message(i));
            }
            queue.settings.telemetry.suppressed("sqs.copy", t);
            return request;
        }
    }

    /** A batch may be as large as one message, and each of its messages as large as its queue takes. */
    private long[] sizes() {
        int share = Math.min(queue.settings.maxMessageBytes, SqsSize.MOST / Math.max(1, given.size()));
        long[] sizes = sizes(share);
        // estimates of small messages next to a large one must not make the batch look full, or larger than SQS takes
        long farBelow = SqsSize.MOST - (long) SqsSize.FAR_FROM_LIMIT * given.size();
        return LongStream.of(sizes).sum() < farBelow ? sizes : sizes(0);
    }

    private long[] sizes(int share) {
        return given.stream()
                .mapToLong(entry -> SqsSize.of(entry.messageBody(), entry.messageAttributes(), share))
                .toArray();
    }

    private static long size(SendMessageBatchRequestEntry entry) {
        return SqsSize.of(null, entry.messageAttributes(), 0);
    }

    /** Null to send the entry as it is. */
    private @Nullable SendMessageBatchRequestEntry withContext(
            SendMessageBatchRequestEntry entry, MessageSpan message, long room) {
        if (!queue.entries.injects(message)) {
            return null;
        }
        SqsMessageHeaders headers = SqsSendAdapter.headersOf(entry).copy();
        if (!queue.entries.inject(message, headers, room, SqsCarrier.MAX_ATTRIBUTES)) {
            return null;
        }
        SendMessageBatchRequestEntry.Builder copy = entry.toBuilder();
        if (headers.wroteAttributes()) {
            copy.messageAttributes(headers.attributes);
        }
        if (headers.wroteTraceHeader()) {
            copy.messageSystemAttributesWithStrings(headers.systemAttributes());
        }
        return copy.build();
    }

    /** SQS names what it speaks of by the ids that the caller chose. */
    @Override
    void answered(SendMessageBatchResponse response) {
        Map<String, MessageSpan> messages = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            messages.put(given.get(i).id(), span.message(i));
        }
        for (SendMessageBatchResultEntry taken : response.successful()) {
            MessageSpan message = messages.get(taken.id());
            if (message != null) {
                message.messageId(taken.messageId());
            }
        }
        for (BatchResultErrorEntry refused : response.failed()) {
            MessageSpan message = messages.get(refused.id());
            if (message != null) {
                SqsAnswers.fail(message, refused);
            }
        }
        SqsAnswers.describeBatch(span, given.size(), response.failed());
        SqsAnswers.describe(span, response);
    }
}
