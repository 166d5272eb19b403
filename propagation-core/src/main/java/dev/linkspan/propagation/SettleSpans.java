package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts settle spans: of one message, of many, of a destination. */
final class SettleSpans<M> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, ?> facts;
    private final Operation<M> settle;

    SettleSpans(MessagingTelemetry telemetry, MessageFacts<M, ?> facts, Operation<M> settle) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.settle = settle;
    }

    Operation<M> named(String operationName) {
        return settle.named(operationName);
    }

    MessageSpan start(String operationName, M message) {
        DestinationOperation operation = named(operationName).of(message);
        MessageSpan span = start(operation, facts.partition(message));
        if (span.isRecording()) {
            facts.writeIds(message, span);
        }
        return span;
    }

    MessageSpan startBatch(String operationName, Collection<? extends M> messages) {
        return startBatch(named(operationName).common(messages), messages.size());
    }

    MessageSpan startBatch(DestinationOperation operation, int messages) {
        MessageSpan span = start(operation, null);
        span.put(Semconv.BATCH_MESSAGE_COUNT, (long) messages);
        return span;
    }

    MessageSpan start(DestinationOperation operation, @Nullable String partition) {
        Context current = telemetry.currentContext();
        long startNanos = settle.instruments.now();
        MessagingPolicy policy = operation.policy;
        boolean inSpan = Span.fromContext(current).getSpanContext().isValid();
        Span span = policy.tracing && policy.settleSpans && (policy.rootSettleSpans || inSpan)
                ? operation.startSpan(current, operation.operation.type.kind, List.of(), partition, 0)
                : Span.getInvalid();
        return new MessageSpan(operation, span, DestinationOperation.with(current, span), current, startNanos);
    }
}
