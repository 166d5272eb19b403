package dev.linkspan.sqs;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** Reads what is to be sent: the request for one message, or an entry of a batch; they have no type in common. */
final class SqsSendAdapter<M> extends SqsAdapter<M> {

    private final @Nullable String queue;
    private final Function<M, SqsHeaders> headersOf;
    private final Function<M, @Nullable String> body;

    private SqsSendAdapter(
            @Nullable String queue, Function<M, SqsHeaders> headersOf, Function<M, @Nullable String> body) {
        this.queue = queue;
        this.headersOf = headersOf;
        this.body = body;
    }

    static SqsSendAdapter<SendMessageRequest> ofRequests(@Nullable String queue) {
        return new SqsSendAdapter<>(queue, SqsSendAdapter::headersOf, SendMessageRequest::messageBody);
    }

    static SqsSendAdapter<SendMessageBatchRequestEntry> ofEntries(@Nullable String queue) {
        return new SqsSendAdapter<>(queue, SqsSendAdapter::headersOf, SendMessageBatchRequestEntry::messageBody);
    }

    @Override
    public SqsHeaders headers(M message) {
        return headersOf.apply(message);
    }

    static SqsMessageHeaders headersOf(SendMessageRequest request) {
        return SqsMessageHeaders.of(request.messageAttributes(), request.messageSystemAttributesAsStrings());
    }

    static SqsMessageHeaders headersOf(SendMessageBatchRequestEntry entry) {
        return SqsMessageHeaders.of(entry.messageAttributes(), entry.messageSystemAttributesAsStrings());
    }

    @Override
    public @Nullable String destination(M message) {
        return queue;
    }

    @Override
    @Nullable
    String body(M message) {
        return body.apply(message);
    }
}
