package dev.linkspan.sqs;

import dev.linkspan.propagation.MessageSpan;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;

/** What SQS's answers say on spans. */
final class SqsAnswers {

    private SqsAnswers() {}

    static void describe(MessageSpan span, AwsResponse response) {
        if (span.isRecording() && response.responseMetadata() != null) {
            String id = response.responseMetadata().requestId();
            // what the SDK says where the answer has none
            span.put(SqsAttributes.REQUEST_ID, "UNKNOWN".equals(id) ? null : id);
        }
    }

    /** Marks the span with the exception, and with SQS's own code for it if there is one. */
    static void fail(MessageSpan span, Throwable error) {
        describe(span.error(error), error);
    }

    /** Adds SQS's own code, if there is one, to a span that has the exception already. */
    static void describe(MessageSpan span, Throwable error) {
        if (causeOf(error) instanceof AwsServiceException refusal) {
            AwsErrorDetails details = refusal.awsErrorDetails();
            if (details != null && details.errorCode() != null) {
                span.error(details.errorCode(), refusal.getMessage());
            }
            span.put(SqsAttributes.REQUEST_ID, refusal.requestId());
        }
    }

    /** A batch that was refused in part is none that failed; its failures come again, or go elsewhere. */
    static void describeBatch(MessageSpan span, int size, List<BatchResultErrorEntry> failed) {
        if (failed.isEmpty()) {
            return;
        }
        span.put(SqsAttributes.FAILED_COUNT, (long) failed.size());
        if (failed.size() >= size) {
            fail(span, failed.get(0));
        }
    }

    static void fail(MessageSpan span, BatchResultErrorEntry refusal) {
        span.error(refusal.code() == null ? "_OTHER" : refusal.code(), refusal.message());
    }

    /** Whether the application ended the call itself. */
    static boolean isCancelled(Throwable error) {
        Throwable cause = causeOf(error);
        return cause instanceof CancellationException
                || cause instanceof AbortedException
                || Thread.currentThread().isInterrupted();
    }

    private static Throwable causeOf(Throwable error) {
        @Nullable Throwable cause = error instanceof CompletionException ? error.getCause() : null;
        return cause == null ? error : cause;
    }
}
