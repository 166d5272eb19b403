package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Traces Lambda functions that are called with messages of a queue. Needs {@code aws-lambda-java-events}, and not the AWS
 * SDK.
 *
 * <pre>{@code
 * SqsLambdaTelemetry lambda = SqsLambdaTelemetry.create(openTelemetry);
 * BatchProcessor<SQSMessage> orders = BatchProcessor.create(lambda.messages());
 *
 * public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
 *     BatchResult<SQSMessage> result = orders.process(event.getRecords(), batch -> batch.forEach(this::handle));
 *     return lambda.response(event, result::succeeded);       // with ReportBatchItemFailures
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe; make one per function, outside of the handler. What telemetry throws never reaches the
 * function ({@link MessagingTelemetry}).
 */
public final class SqsLambdaTelemetry {

    private final MessagingTelemetry messaging;
    private final MessageTracer<SQSMessage> messages;

    private SqsLambdaTelemetry(MessagingTelemetry messaging, boolean snsEnvelopes) {
        this.messaging = messaging;
        this.messages = messaging.tracer(new SqsLambdaAdapter(snsEnvelopes), ClientFacts.NONE, true);
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static SqsLambdaTelemetry create(OpenTelemetry openTelemetry) {
        return create(MessagingTelemetry.create(openTelemetry));
    }

    /**
     * With policies, {@code MessagingTelemetry.builder(openTelemetry).policy(…).build()}; they resolve per queue.
     *
     * @throws NullPointerException if messaging is null
     */
    public static SqsLambdaTelemetry create(MessagingTelemetry messaging) {
        return new SqsLambdaTelemetry(
                requireNonNull(messaging, "messaging must not be null; use MessagingTelemetry.create(openTelemetry)"),
                false);
    }

    /**
     * For queues that an SNS topic delivers to without raw message delivery, as
     * {@link SqsTelemetryBuilder#snsEnvelopes}.
     */
    public SqsLambdaTelemetry withSnsEnvelopes() {
        return new SqsLambdaTelemetry(messaging, true);
    }

    /** The tracer over the messages of an event. Deliveries are counted when they are processed. */
    public MessageTracer<SQSMessage> messages() {
        return messages;
    }

    /**
     * What to return so that only the messages which did not succeed come again. The event source mapping must have
     * {@code ReportBatchItemFailures}, or Lambda deletes them all.
     *
     * <p>From a FIFO queue, what is behind a failure in its group comes again as well, in order, whether it succeeded or not.
     *
     * @param succeeded whether a message was handled; asked once for each
     * @throws NullPointerException if an argument is null
     */
    public SQSBatchResponse response(SQSEvent event, Predicate<? super SQSMessage> succeeded) {
        List<SQSMessage> records =
                requireNonNull(event, "event must not be null").getRecords();
        requireNonNull(succeeded, "succeeded must not be null");
        List<BatchItemFailure> failures = new ArrayList<>();
        if (records != null && !records.isEmpty()) {
            boolean fifo = SqsOutcome.isFifo(SqsLambdaAdapter.queue(records.get(0)));
            SqsOutcome.of(records, succeeded, fifo ? SqsLambdaTelemetry::group : null)
                    .again()
                    .forEach(message -> failures.add(new BatchItemFailure(message.getMessageId())));
        }
        return new SQSBatchResponse(failures);
    }

    private static @Nullable String group(SQSMessage message) {
        Map<String, String> attributes = message.getAttributes();
        return attributes == null ? null : attributes.get("MessageGroupId");
    }
}
