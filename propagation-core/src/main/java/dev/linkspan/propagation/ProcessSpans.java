package dev.linkspan.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Starts process spans, of one message and of many. */
final class ProcessSpans<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final Operation<M> process;
    private final Predicate<? super M> countsDeliveries;
    /** The operation of what is no message: one without attributes and metrics. */
    private final DestinationOperation nothing;

    ProcessSpans(
            MessagingTelemetry telemetry,
            MessageFacts<M, H> facts,
            Operation<M> process,
            Operation<M> job,
            Predicate<? super M> countsDeliveries) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.process = process;
        this.countsDeliveries = countsDeliveries;
        this.nothing = job.unknown();
    }

    MessageSpan start(M message) {
        Context ambient = telemetry.currentContext();
        if (telemetry.isNoop) {
            return MessageSpan.noop(nothing, ambient);
        }
        long startNanos = process.instruments.now();
        if (facts.isControl(message)) {
            return new MessageSpan(nothing, Span.getInvalid(), ambient, ambient, startNanos);
        }
        DestinationOperation operation = process.of(message);
        MessagingPolicy policy = operation.policy;
        Extraction<H> extraction = policy.propagation ? facts.extract(message, telemetry.propagation, ambient) : null;
        if (counts(message, ambient)) {
            count(operation, extraction);
        }
        if (extraction != null) {
            operation.rejected(extraction);
        }
        SpanContext origin = extraction == null ? SpanContext.getInvalid() : trusted(extraction.spanContext(), policy);
        Context given = extraction == null || !policy.trusted ? ambient : context(extraction, ambient, policy);
        Span ambientSpan = Span.fromContext(ambient);
        Span span = policy.tracing && policy.processSpans
                ? startSpan(operation, message, origin, given, ambientSpan)
                : Span.getInvalid();
        Context context =
                DestinationOperation.withOnly(given, span.getSpanContext().isValid() ? span : ambientSpan);
        if (message != null) {
            context = Processing.ofMessage(context, message);
        }
        MessageSpan made = new MessageSpan(operation, span, context, ambient, startNanos);
        if (made.isRecording()) {
            facts.write(message, made);
            facts.writeExtras(message, operation, made);
        }
        return made;
    }

    /** Counts a delivery whose processing begins elsewhere. */
    void delivered(M message) {
        if (telemetry.isNoop || process.instruments.isNoop || facts.isControl(message)) {
            return;
        }
        DestinationOperation operation = process.of(message);
        Extraction<H> extraction =
                operation.policy.propagation ? facts.extract(message, telemetry.propagation, Context.root()) : null;
        count(operation, extraction);
    }

    private static void count(DestinationOperation operation, @Nullable Extraction<?> extraction) {
        operation.consumed(1);
        if (operation.policy.propagation) {
            operation.extracted(1, extraction == null ? Extraction.Outcome.MISSING : extraction.outcome());
        }
    }

    /** Whether this is where the delivery is counted, if anybody reads the count. */
    private boolean counts(M message, Context ambient) {
        if (process.instruments.isNoop) {
            return false;
        }
        try {
            return countsDeliveries.test(message) && !Processing.isNested(ambient, message, process.system);
        } catch (Throwable t) {
            telemetry.errors.add("countsDeliveries", t);
            return false;
        }
    }

    List<M> listOf(Iterable<? extends M> messages) {
        Iterable<? extends M> elements = facts.elements(messages);
        if (elements instanceof Collection<? extends M> all) {
            return Collections.unmodifiableList(new ArrayList<>(all));
        }
        List<M> list = new ArrayList<>();
        elements.forEach(list::add);
        return Collections.unmodifiableList(list);
    }

    /** For a link of the application's own. */
    SpanContext origin(M message) {
        try {
            MessagingPolicy policy = process.of(message).policy;
            Extraction<H> extraction = policy.propagation
                    ? facts.extract(message, telemetry.propagation, telemetry.currentContext())
                    : null;
            return extraction == null ? SpanContext.getInvalid() : trusted(extraction.spanContext(), policy);
        } catch (Throwable t) {
            telemetry.errors.add("origin", t);
            return SpanContext.getInvalid();
        }
    }

    /** Adds an event that says which message of a batch failed, and how. */
    void failed(MessageSpan batch, M message, Throwable error) {
        if (batch.isRecording()) {
            batch.event(error, facts.identity(message, process.of(message)));
        }
    }

    /** @param given the context to work in, but for the span */
    private Span startSpan(
            DestinationOperation operation, M message, SpanContext origin, Context given, Span ambientSpan) {
        MessagingPolicy policy = operation.policy;
        SpanKind kind = operation.operation.type.kind;
        String partition = facts.partition(message);
        boolean newRoot = policy.relation == Relation.LINK_NEW_ROOT;
        boolean child = policy.relation == Relation.PARENT && origin.isValid() && policy.trusted;
        if (!newRoot && !child) {
            return operation.startSpan(DestinationOperation.withOnly(given, ambientSpan), kind, origin, partition);
        }
        Context parent =
                child ? given.with(Span.wrap(origin)) : DestinationOperation.withOnly(given, Span.getInvalid());
        SpanContext ambient = ambientSpan.getSpanContext();
        List<DestinationOperation.Link> links = new ArrayList<>(2);
        if (origin.isValid()) {
            links.add(new DestinationOperation.Link(origin));
        }
        if (ambient.isValid() && links.size() < policy.maxLinks) {
            links.add(new DestinationOperation.Link(ambient));
        }
        return operation.startSpan(parent, kind, links, partition, 0);
    }

    MessageSpan startBatch(Iterable<? extends M> messages) {
        Context ambient = telemetry.currentContext();
        long startNanos = process.instruments.now();
        MessageScan<M, H> scan = new MessageScan<>(telemetry, facts, process);
        scan.over(messages, message -> counts(message, ambient), ambient);
        DestinationOperation operation = scan.operation();
        MessagingPolicy policy = operation.policy;
        Span ambientSpan = Span.fromContext(ambient);
        boolean newRoot = policy.relation == Relation.LINK_NEW_ROOT;
        boolean ambientLink = newRoot && ambientSpan.getSpanContext().isValid() && policy.maxLinks > 1;
        Span span = Span.getInvalid();
        BoundedLinks.Result result = BoundedLinks.Result.NONE;
        if (policy.tracing && policy.processSpans) {
            result = scan.links(ambientLink ? policy.maxLinks - 1 : policy.maxLinks);
            if (ambientLink) {
                result.links().add(new DestinationOperation.Link(ambientSpan.getSpanContext()));
            }
            span = operation.startSpan(
                    newRoot ? ambient.with(Span.getInvalid()) : ambient,
                    operation.operation.type.kind,
                    result.links(),
                    scan.partition(),
                    0);
        }
        Context context = Processing.ofBatch(DestinationOperation.with(ambient, span), process.system);
        MessageSpan made = new MessageSpan(operation, span, context, ambient, startNanos);
        scan.describe(made, result, true);
        return made;
    }

    /** The creation context that a message brought, as far as policy lets us believe it. */
    private static SpanContext trusted(SpanContext origin, MessagingPolicy policy) {
        return policy.trusted ? origin : MessageScan.untrusted(origin);
    }

    /** What the propagator made of the ambient context, with no more of the message's baggage than policy lets in. */
    private static Context context(Extraction<?> extraction, Context ambient, MessagingPolicy policy) {
        Context context = extraction.context();
        if (policy.incomingBaggage == null || context == ambient) {
            return context;
        }
        Baggage brought = Baggage.fromContext(context);
        Baggage ambientBaggage = Baggage.fromContext(ambient);
        if (brought == ambientBaggage) {
            return context;
        }
        Baggage allowed = BaggageFilter.only(policy.incomingBaggage, brought);
        return context.with(allowed.isEmpty() ? ambientBaggage : allowed);
    }
}
