package dev.linkspan.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
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
        long startNanos = System.nanoTime();
        if (facts.isControl(message)) {
            return new MessageSpan(nothing, Span.getInvalid(), ambient, ambient, startNanos, null);
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
        Origin origin = Origin.of(extraction, ambient, policy);
        Span span = policy.tracing && policy.processSpans ? startSpan(operation, message, origin) : Span.getInvalid();
        Context context = DestinationOperation.withOnly(
                origin.context, span.getSpanContext().isValid() ? span : origin.ambientSpan);
        if (message != null) {
            context = Processing.ofMessage(context, message);
        }
        MessageSpan made = new MessageSpan(operation, span, context, ambient, startNanos, null);
        if (made.isRecording()) {
            facts.write(message, made);
            facts.writeExtras(message, operation, made);
        }
        return made;
    }

    /** Counts a delivery whose processing begins elsewhere. */
    void delivered(M message) {
        if (telemetry.isNoop || facts.isControl(message)) {
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

    private boolean counts(M message, Context ambient) {
        try {
            return countsDeliveries.test(message) && !Processing.isNested(ambient, message, process.system);
        } catch (Throwable t) {
            telemetry.errors.add("countsDeliveries", t);
            return false;
        }
    }

    List<M> listOf(Iterable<? extends M> messages) {
        List<M> list = new ArrayList<>();
        facts.elements(messages).forEach(list::add);
        return Collections.unmodifiableList(list);
    }

    /** The creation context that a message brought, as far as policy lets us believe it. */
    SpanContext origin(M message) {
        try {
            MessagingPolicy policy = process.of(message).policy;
            Extraction<H> extraction = policy.propagation
                    ? facts.extract(message, telemetry.propagation, telemetry.currentContext())
                    : null;
            if (extraction == null) {
                return SpanContext.getInvalid();
            }
            SpanContext origin = extraction.spanContext();
            return policy.trusted ? origin : MessageScan.untrusted(origin);
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

    private Span startSpan(DestinationOperation operation, M message, Origin origin) {
        MessagingPolicy policy = operation.policy;
        boolean linked = origin.link.isValid();
        boolean newRoot = policy.relation == Relation.LINK_NEW_ROOT;
        boolean child = policy.relation == Relation.PARENT && linked && policy.trusted;
        Context parent = child
                ? origin.context.with(Span.wrap(origin.link))
                : DestinationOperation.withOnly(origin.context, newRoot ? Span.getInvalid() : origin.ambientSpan);
        List<DestinationOperation.Link> links = DestinationOperation.Link.listOf(origin.link);
        SpanContext ambient = origin.ambientSpan.getSpanContext();
        if ((newRoot || child) && ambient.isValid() && links.size() < policy.maxLinks) {
            links = new ArrayList<>(links);
            links.add(new DestinationOperation.Link(ambient, Attributes.empty()));
        }
        return operation.startSpan(parent, operation.operation.type.kind, links, facts.partition(message), 0);
    }

    MessageSpan startBatch(Iterable<? extends M> messages) {
        Context ambient = telemetry.currentContext();
        long startNanos = System.nanoTime();
        MessageScan<M, H> scan = new MessageScan<>(telemetry, facts, process);
        scan.over(messages, message -> counts(message, ambient), ambient);
        DestinationOperation operation = scan.operation();
        MessagingPolicy policy = operation.policy;
        Span ambientSpan = Span.fromContext(ambient);
        boolean newRoot = policy.relation == Relation.LINK_NEW_ROOT;
        boolean ambientLink = newRoot && ambientSpan.getSpanContext().isValid() && policy.maxLinks > 1;
        Span span = Span.getInvalid();
        BoundedLinks.Result result = new BoundedLinks.Result(List.of(), 0);
        if (policy.tracing && policy.processSpans) {
            result = scan.links(ambientLink ? policy.maxLinks - 1 : policy.maxLinks);
            if (ambientLink) {
                result.links().add(new DestinationOperation.Link(ambientSpan.getSpanContext(), Attributes.empty()));
            }
            span = operation.startSpan(
                    newRoot ? ambient.with(Span.getInvalid()) : ambient,
                    operation.operation.type.kind,
                    result.links(),
                    scan.partition(),
                    0);
        }
        Context context = Processing.ofBatch(DestinationOperation.with(ambient, span), process.system);
        MessageSpan made = new MessageSpan(operation, span, context, ambient, startNanos, null);
        scan.describe(made, result, true);
        return made;
    }

    /** Where a message comes from, as far as policy lets us believe it. */
    private record Origin(SpanContext link, Context context, Span ambientSpan) {

        static Origin of(@Nullable Extraction<?> extraction, Context ambient, MessagingPolicy policy) {
            Span ambientSpan = Span.fromContext(ambient);
            if (extraction == null) {
                return new Origin(SpanContext.getInvalid(), ambient, ambientSpan);
            }
            if (!policy.trusted) {
                return new Origin(MessageScan.untrusted(extraction.spanContext()), ambient, ambientSpan);
            }
            Context context = extraction.context();
            if (policy.incomingBaggage != null) {
                Baggage brought = Baggage.fromContext(context);
                Baggage ambientBaggage = Baggage.fromContext(ambient);
                if (brought != ambientBaggage) {
                    Baggage allowed = BaggageFilter.only(policy.incomingBaggage, brought);
                    context = context.with(allowed.isEmpty() ? ambientBaggage : allowed);
                }
            }
            return new Origin(extraction.spanContext(), context, ambientSpan);
        }
    }
}
