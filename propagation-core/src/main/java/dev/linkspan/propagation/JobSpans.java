package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;

/** Starts the spans of scheduled jobs, and links them to what they read. */
final class JobSpans<M, H> {

    private static final int NAME_LENGTH = 256;

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final Operation<M> process;
    private final Operation<M> job;

    JobSpans(MessagingTelemetry telemetry, MessageFacts<M, H> facts, Operation<M> process, Operation<M> job) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.process = process;
        this.job = job;
    }

    MessageSpan start(String name) {
        Context ambient = telemetry.currentContext();
        DestinationOperation operation = job.named(Text.cut(name, NAME_LENGTH)).unknown();
        MessagingPolicy policy = operation.policy;
        SpanContext ambientSpan = Span.fromContext(ambient).getSpanContext();
        // what started the job, such as a scheduler's own span, is a link like any other: the first
        boolean ambientLink = ambientSpan.isValid() && policy.maxLinks > 1;
        Span span = policy.tracing
                ? operation.startSpan(
                        ambient.with(Span.getInvalid()),
                        operation.operation.type.kind,
                        ambientLink ? ambientSpan : SpanContext.getInvalid(),
                        null)
                : Span.getInvalid();
        Context context = DestinationOperation.with(ambient, span);
        int maxLinks = ambientLink ? policy.maxLinks - 1 : policy.maxLinks;
        return new JobSpan(operation, span, context, ambient, maxLinks);
    }

    void link(MessageSpan span, M message) {
        if (!(span instanceof JobSpan reader) || !span.isRecording()) {
            return;
        }
        try {
            DestinationOperation source = process.of(message);
            Extraction<H> extraction = source.policy.propagation
                    ? facts.extract(message, telemetry.propagation, telemetry.currentContext())
                    : null;
            if (extraction == null) {
                reader.read(SpanContext.getInvalid(), Attributes.empty(), false);
                return;
            }
            source.rejected(extraction);
            boolean trusted = source.policy.trusted;
            SpanContext origin = extraction.spanContext();
            reader.read(trusted ? origin : MessageScan.untrusted(origin), facts.identity(message, source), trusted);
        } catch (Throwable t) {
            telemetry.errors.add("job.link", t);
        }
    }
}
