package dev.linkspan.sqs;

import dev.linkspan.propagation.MessageSpan;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** A delete, or a change of visibility, of one message or of several. */
final class SqsSettle<Q, R extends AwsResponse> extends SqsSpanCall<Q, R> {

    static final String DELETE = "delete";
    static final String CHANGE_VISIBILITY = "change_visibility";

    private final int size;
    private final Function<R, List<BatchResultErrorEntry>> failed;

    private SqsSettle(
            SqsQueue queue, Q request, MessageSpan span, int size, Function<R, List<BatchResultErrorEntry>> failed) {
        super(queue.settings.telemetry, request, span);
        this.size = size;
        this.failed = failed;
    }

    static <Q, R extends AwsResponse> SqsSettle<Q, R> one(
            SqsQueue queue, String operation, Q request, @Nullable String receiptHandle) {
        // the request has only the handle; whose it is, the handler that runs may know
        MessageSpan span = queue.tracer.currentMessage() instanceof Message message
                        && message.receiptHandle() != null
                        && message.receiptHandle().equals(receiptHandle)
                ? queue.tracer.startSettle(operation, message)
                : queue.tracer.startSettleAt(operation, queue.name);
        return new SqsSettle<>(queue, request, span, 1, response -> List.of());
    }

    static <Q, R extends AwsResponse> SqsSettle<Q, R> many(
            SqsQueue queue, String operation, Q request, int size, Function<R, List<BatchResultErrorEntry>> failed) {
        MessageSpan span = queue.tracer.startSettleBatchAt(operation, queue.name, size);
        return new SqsSettle<>(queue, request, span, size, failed);
    }

    @Override
    void answered(R response) {
        SqsAnswers.describeBatch(span, size, failed.apply(response));
        SqsAnswers.describe(span, response);
    }
}
