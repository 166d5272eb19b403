package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
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
        return telemetry.isNoop
                ? MessageSpan.noop(operation.unknown(), caller)
                : startSpan(message, operation, caller, counted);
    }

    SendSpan startSpan(M message, Operation<M> operation, Context caller, boolean counted) {
        DestinationOperation destination = operation.of(message);
        long startNanos = destination.operation.instruments.now();
        SpanContext existing = existing(message, destination);
        SendSpan.@Nullable Plan keep = keep(existing, destination, caller, counted);
        boolean keeps = keep != null;
        boolean creates = operation == create || (!keeps && destination.policy.propagation);
        SpanKind kind = creates ? SpanKind.PRODUCER : SpanKind.CLIENT;
        boolean makesSpan = !(keeps && operation == create);
        Span span = makesSpan && destination.policy.tracing
                ? destination.startSpan(caller, kind, existing, facts.partition(message))
                : Span.getInvalid();
        Context context = DestinationOperation.with(caller, span);
        SendSpan made = new SendSpan(
                destination,
                span,
                context,
                caller,
                startNanos,
                planOf(destination, existing, keep, span, caller),
                existing,
                operation == send ? destination : send.of(message),
                counted);
        if (made.isRecording()) {
            facts.write(message, made);
            facts.writeExtras(message, destination, made);
        }
        return made;
    }

    /**
     * @param keep what {@link #keep} said
     * @param span what the message is sent in; where it is none, the caller's is written
     */
    static SendSpan.Plan planOf(
            DestinationOperation destination,
            SpanContext existing,
            SendSpan.@Nullable Plan keep,
            Span span,
            Context caller) {
        if (!destination.policy.propagation) {
            return SendSpan.Plan.NOTHING;
        }
        if (keep != null) {
            return keep;
        }
        if (!span.getSpanContext().isValid()
                && !Span.fromContext(caller).getSpanContext().isValid()) {
            return SendSpan.Plan.NOTHING;
        }
        return existing.isValid() ? SendSpan.Plan.REPLACE : SendSpan.Plan.INJECT;
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

    /**
     * How the context is kept that the message carries; null if it is not.
     *
     * @param sends whether the message goes out now; its context is deliberate no more after that
     */
    SendSpan.@Nullable Plan keep(
            SpanContext existing, DestinationOperation destination, Context caller, boolean sends) {
        ExistingContext policy = destination.policy.existingContext;
        if (!existing.isValid() || policy == ExistingContext.REPLACE) {
            return null;
        }
        boolean created = sends ? telemetry.created.remove(existing) : telemetry.created.contains(existing);
        boolean deliberate = created || isOf(Span.fromContext(caller).getSpanContext(), existing);
        if (deliberate) {
            return SendSpan.Plan.KEEP;
        }
        return policy == ExistingContext.KEEP ? SendSpan.Plan.KEEP_FOREIGN : null;
    }

    /** Whether somebody here has put the current span's own context there; one from elsewhere came with a message. */
    private static boolean isOf(SpanContext current, SpanContext existing) {
        return !current.isRemote() && BoundedLinks.sameSpan(current, existing);
    }
}
