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
        long startNanos = System.nanoTime();
        DestinationOperation operation = job.named(Text.cut(name, NAME_LENGTH)).unknown();
        MessagingPolicy policy = operation.policy;
        SpanContext ambientSpan = Span.fromContext(ambient).getSpanContext();
        // what started the job, such as a scheduler's own span, is a link like any other: the first
        boolean ambientLink = ambientSpan.isValid() && policy.maxLinks > 1;
        Span span = policy.tracing
                ? operation.startSpan(
                        ambient.with(Span.getInvalid()),
                        operation.operation.type.kind,
                        DestinationOperation.Link.listOf(ambientLink ? ambientSpan : SpanContext.getInvalid()),
                        null,
                        0)
                : Span.getInvalid();
        Context context = DestinationOperation.with(ambient, span);
        LateLinks links = new LateLinks(ambientLink ? policy.maxLinks - 1 : policy.maxLinks);
        return new MessageSpan(operation, span, context, ambient, startNanos, null, links);
    }

    void link(MessageSpan span, M message) {
        LateLinks links = span.lateLinks;
        if (links == null || !span.isRecording()) {
            return;
        }
        try {
            DestinationOperation source = process.of(message);
            Extraction<H> extraction = source.policy.propagation
                    ? facts.extract(message, telemetry.propagation, telemetry.currentContext())
                    : null;
            if (extraction == null) {
                links.add(SpanContext.getInvalid(), Attributes.empty(), false);
                return;
            }
            source.rejected(extraction);
            boolean trusted = source.policy.trusted;
            SpanContext origin = extraction.spanContext();
            links.add(trusted ? origin : MessageScan.untrusted(origin), facts.identity(message, source), trusted);
        } catch (Throwable t) {
            telemetry.errors.add("job.link", t);
        }
    }
}
