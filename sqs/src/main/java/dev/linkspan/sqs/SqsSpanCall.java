package dev.linkspan.sqs;

import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;

/** A call inside a span, which is current while the client is called and ends when SQS has answered. */
abstract class SqsSpanCall<Q, R> extends SqsCall<Q, R> {

    final MessageSpan span;

    SqsSpanCall(MessagingTelemetry telemetry, Q request, MessageSpan span) {
        super(telemetry, request);
        this.span = span;
    }

    @Override
    final Scope makeCurrent() {
        return span.makeCurrent();
    }

    @Override
    final void failed(Throwable error) {
        SqsAnswers.fail(span, error);
    }

    @Override
    final void close() {
        span.close();
    }
}
