package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SqsException;

/**
 * Settles messages by what became of them: what succeeded is deleted, in tens; what failed comes again.
 *
 * <pre>{@code
 * SqsSettlement settlement = SqsSettlement.of(client, queueUrl);
 * settlement.settle(messages, handled::contains);                // by itself
 * orders.process(messages, handler, settlement::settle);         // by what became of a batch
 * }</pre>
 *
 * <p>In a FIFO queue, what is behind a failure in its group comes again as well, in order, whether it succeeded or not;
 * receives that ask for the system attribute {@code MessageGroupId} tell the groups apart, else all that was received counts
 * as one. Give it the wrapped client, so that each call makes a settle span. Immutable; as thread-safe as the client.
 */
public final class SqsSettlement {

    private static final int ENTRIES_PER_CALL = 10;
    private static final Duration MAX_VISIBILITY = Duration.ofHours(12);

    private final String queueUrl;
    private final @Nullable Duration failed;
    private final Function<DeleteMessageBatchRequest, DeleteMessageBatchResponse> delete;
    private final Function<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResponse> changeVisibility;

    private SqsSettlement(
            String queueUrl,
            @Nullable Duration failed,
            Function<DeleteMessageBatchRequest, DeleteMessageBatchResponse> delete,
            Function<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResponse> changeVisibility) {
        this.queueUrl = requireNonNull(queueUrl, "queueUrl must not be null");
        this.failed = failed;
        this.delete = delete;
        this.changeVisibility = changeVisibility;
        if (failed != null && (failed.isNegative() || failed.compareTo(MAX_VISIBILITY) > 0)) {
            throw new IllegalArgumentException("failed is " + failed + " but must be from 0 to 12 hours, as SQS says");
        }
    }

    /**
     * Deletes what succeeded; what failed comes again when its visibility timeout is over.
     *
     * @param client what {@link SqsTelemetry#wrap(SqsClient)} returned; not wrapped, it makes no spans
     * @throws NullPointerException if an argument is null
     */
    public static SqsSettlement of(SqsClient client, String queueUrl) {
        return of(requireNonNull(client, "client must not be null"), queueUrl, (Duration) null);
    }

    /**
     * As {@link #of(SqsClient, String)}, with a time after which what failed comes again.
     *
     * @param failed from now, in whole seconds; {@link Duration#ZERO} for at once. At most 12 hours
     * @throws NullPointerException if client or queueUrl is null
     * @throws IllegalArgumentException if failed is negative, or longer
     */
    public static SqsSettlement of(SqsClient client, String queueUrl, @Nullable Duration failed) {
        requireNonNull(client, "client must not be null");
        return new SqsSettlement(queueUrl, failed, client::deleteMessageBatch, client::changeMessageVisibilityBatch);
    }

    /**
     * As {@link #of(SqsClient, String)}, over an asynchronous client. Settling waits for its answers: not on a thread that
     * completes the client's futures.
     *
     * @throws NullPointerException if an argument is null
     */
    public static SqsSettlement of(SqsAsyncClient client, String queueUrl) {
        return of(requireNonNull(client, "client must not be null"), queueUrl, (Duration) null);
    }

    /**
     * As {@link #of(SqsAsyncClient, String)}, with a time after which what failed comes again.
     *
     * @param failed from now, in whole seconds; {@link Duration#ZERO} for at once. At most 12 hours
     * @throws NullPointerException if client or queueUrl is null
     * @throws IllegalArgumentException if failed is negative, or longer
     */
    public static SqsSettlement of(SqsAsyncClient client, String queueUrl, @Nullable Duration failed) {
        requireNonNull(client, "client must not be null");
        return new SqsSettlement(
                queueUrl,
                failed,
                request -> answerOf(client.deleteMessageBatch(request)),
                request -> answerOf(client.changeMessageVisibilityBatch(request)));
    }

    /**
     * Settles the messages. All are tried, also where SQS refuses some.
     *
     * @param messages what was received, in that order
     * @param succeeded whether a message was handled and may be deleted; asked once for each, before anything is done
     * @throws software.amazon.awssdk.core.exception.SdkException the first that the client threw, the same object; or an
     *     {@link SqsException} with the code of the first message that SQS refused to settle
     * @throws NullPointerException if an argument is null
     */
    public void settle(Iterable<Message> messages, Predicate<? super Message> succeeded) {
        requireNonNull(messages, "messages must not be null");
        requireNonNull(succeeded, "succeeded must not be null");
        SqsOutcome<Message> outcome =
                SqsOutcome.of(messages, succeeded, SqsOutcome.isFifo(queueUrl) ? SqsSettlement::group : null);
        Refusals refusals = new Refusals();
        for (List<Message> some : inTens(outcome.done())) {
            refusals.of(() -> delete.apply(deletion(some)).failed());
        }
        if (failed != null) {
            for (List<Message> some : inTens(outcome.again())) {
                refusals.of(() -> changeVisibility
                        .apply(visibility(some, (int) failed.toSeconds()))
                        .failed());
            }
        }
        refusals.throwFirst();
    }

    private static @Nullable String group(Message message) {
        return message.attributesAsStrings().get("MessageGroupId");
    }

    private static List<List<Message>> inTens(List<Message> messages) {
        List<List<Message>> tens = new ArrayList<>();
        for (int i = 0; i < messages.size(); i += ENTRIES_PER_CALL) {
            tens.add(messages.subList(i, Math.min(i + ENTRIES_PER_CALL, messages.size())));
        }
        return tens;
    }

    private DeleteMessageBatchRequest deletion(List<Message> messages) {
        List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>();
        for (Message message : messages) {
            entries.add(DeleteMessageBatchRequestEntry.builder()
                    .id(Integer.toString(entries.size()))
                    .receiptHandle(message.receiptHandle())
                    .build());
        }
        return DeleteMessageBatchRequest.builder()
                .queueUrl(queueUrl)
                .entries(entries)
                .build();
    }

    private ChangeMessageVisibilityBatchRequest visibility(List<Message> messages, int seconds) {
        List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
        for (Message message : messages) {
            entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id(Integer.toString(entries.size()))
                    .receiptHandle(message.receiptHandle())
                    .visibilityTimeout(seconds)
                    .build());
        }
        return ChangeMessageVisibilityBatchRequest.builder()
                .queueUrl(queueUrl)
                .entries(entries)
                .build();
    }

    private static <R> R answerOf(CompletableFuture<R> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** What was not settled, kept until all was tried. */
    private static final class Refusals {

        private @Nullable RuntimeException first;

        void of(Supplier<List<BatchResultErrorEntry>> call) {
            try {
                List<BatchResultErrorEntry> refused = call.get();
                if (first == null && !refused.isEmpty()) {
                    first = exception(refused.get(0), refused.size());
                }
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }

        private static RuntimeException exception(BatchResultErrorEntry refused, int count) {
            return SqsException.builder()
                    .message(count + " messages were not settled; the first because: " + refused.message())
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode(refused.code())
                            .errorMessage(refused.message())
                            .build())
                    .build();
        }

        void throwFirst() {
            if (first != null) {
                throw first;
            }
        }
    }
}
