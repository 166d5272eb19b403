package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts Create and Send spans of single messages, and decides what happens to the context that a message carries. */
final class SendSpans<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    final Operation<M> create;
    final Operation<M> send;

    SendSpans(MessagingTelemetry telemetry, MessageFacts<M, H> facts, Operation<M> create, Operation<M> send) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.create = create;
        this.send = send;
    }

    /** @param counted whether the message goes out with this operation, and is counted as sent when it ends */
    MessageSpan start(M message, Operation<M> operation, Context caller, boolean counted) {
        if (telemetry.isNoop) {
            return MessageSpan.noop(operation.unknown(), caller);
        }
        DestinationOperation destination = operation.of(message);
        long startNanos = System.nanoTime();
        SpanContext existing = existing(message, destination);
        boolean keeps = existing.isValid() && keeps(existing, destination, caller, counted);
        boolean creates = operation == create || (!keeps && destination.policy.propagation);
        SpanKind kind = creates ? SpanKind.PRODUCER : SpanKind.CLIENT;
        boolean makesSpan = !(keeps && operation == create);
        Span span = makesSpan
                ? startSpan(
                        destination, caller, kind, DestinationOperation.Link.listOf(existing), facts.partition(message))
                : Span.getInvalid();
        Context context = DestinationOperation.with(caller, span);
        DestinationOperation sendOperation = operation == send ? destination : send.of(message);
        Sending sending =
                new Sending(planOf(destination, existing, keeps, context), existing, context, sendOperation, counted);
        MessageSpan made = new MessageSpan(destination, span, context, caller, startNanos, sending);
        if (made.isRecording()) {
            facts.write(message, made);
            facts.writeExtras(message, destination, made);
        }
        return made;
    }

    static Sending.Plan planOf(DestinationOperation destination, SpanContext existing, boolean keeps, Context context) {
        if (!destination.policy.propagation) {
            return Sending.Plan.NOTHING;
        }
        if (keeps) {
            return Sending.Plan.KEEP;
        }
        if (!Span.fromContext(context).getSpanContext().isValid()) {
            return Sending.Plan.NOTHING;
        }
        return existing.isValid() ? Sending.Plan.REPLACE : Sending.Plan.INJECT;
    }

    SpanContext existing(M message, DestinationOperation destination) {
        H headers = destination.policy.propagation ? facts.headers(message) : null;
        if (headers == null || isEmpty(headers)) {
            return SpanContext.getInvalid();
        }
        return Extraction.of(telemetry.propagation, facts.carrier, headers, Context.root())
                .spanContext();
    }

    /** Most messages have no header yet; to look for a context in none costs as much as the rest of the start. */
    private boolean isEmpty(H headers) {
        try {
            return !Injection.isAny(facts.carrier.names(headers)) && facts.carrier.brokerContext(headers) == null;
        } catch (Throwable t) {
            telemetry.errors.add("carrier.names", t);
            return false;
        }
    }

    /** @param sends whether the message goes out now; its context is deliberate no more after that */
    boolean keeps(SpanContext existing, DestinationOperation destination, Context caller, boolean sends) {
        return switch (destination.policy.existingContext) {
            case KEEP -> true;
            case REPLACE -> false;
            case REPLACE_STALE ->
                (sends ? telemetry.created.remove(existing) : telemetry.created.contains(existing))
                        || isOf(Span.fromContext(caller).getSpanContext(), existing);
        };
    }

    /** Whether somebody here has put the current span's own context there; one from elsewhere came with a message. */
    private static boolean isOf(SpanContext current, SpanContext existing) {
        return !current.isRemote() && BoundedLinks.sameSpan(current, existing);
    }

    Span startSpan(
            DestinationOperation destination,
            Context parent,
            SpanKind kind,
            List<DestinationOperation.Link> links,
            @Nullable String partition) {
        if (!destination.policy.tracing) {
            return Span.getInvalid();
        }
        return destination.startSpan(parent, kind, links, partition, 0);
    }
}
