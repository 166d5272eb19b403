package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts Send spans of many messages, with a Create span for each or without. */
final class BatchSendSpans<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final SendSpans<M, H> single;
    private final Operation<M> create;
    private final Operation<M> send;

    BatchSendSpans(MessagingTelemetry telemetry, MessageFacts<M, H> facts, SendSpans<M, H> single) {
        this.telemetry = telemetry;
        this.facts = facts;
        this.single = single;
        this.create = single.create;
        this.send = single.send;
    }

    MessageSpan start(List<? extends M> messages) {
        if (telemetry.isNoop) {
            return noop(messages.size());
        }
        Context caller = telemetry.currentContext();
        DestinationOperation common = send.common(messages);
        long startNanos = send.instruments.now();
        // a Create span whose context no message carries would tell nothing
        if (!common.policy.createSpans || !common.policy.propagation) {
            return startPlainBatch(messages, common, caller, startNanos);
        }
        List<SendSpan> entries = new ArrayList<>(messages.size());
        BoundedLinks<M> links = new BoundedLinks<>(common.policy.maxLinks, this::linkAttributes);
        for (M message : messages) {
            SendSpan entry = single.startSpan(message, create, caller, true);
            entries.add(entry);
            SpanContext created = creationContext(entry);
            if (created.isValid()) {
                links.add(created, message, true);
            }
        }
        BoundedLinks.Result result = common.policy.tracing ? links.result() : BoundedLinks.Result.NONE;
        Span span = startSpan(common, caller, SpanKind.CLIENT, result);
        Context context = DestinationOperation.with(caller, span);
        MessageSpan batch = new BatchSendSpan(common, span, context, caller, startNanos, entries);
        describeBatch(batch, messages.size(), result.leftOut());
        return batch;
    }

    private static Span startSpan(
            DestinationOperation operation, Context caller, SpanKind kind, BoundedLinks.Result links) {
        return operation.policy.tracing ? operation.startSpan(caller, kind, links.links(), null, 0) : Span.getInvalid();
    }

    private MessageSpan noop(int messages) {
        Context caller = telemetry.currentContext();
        MessageSpan nothing = MessageSpan.noop(send.unknown(), caller);
        return new BatchSendSpan(
                send.unknown(), Span.getInvalid(), caller, caller, 0, Collections.nCopies(messages, nothing));
    }

    private MessageSpan startPlainBatch(
            List<? extends M> messages, DestinationOperation common, Context caller, long startNanos) {
        List<SpanContext> existing = new ArrayList<>(messages.size());
        List<SendSpan.@Nullable Plan> keeps = new ArrayList<>(messages.size());
        SpanKind kind = SpanKind.CLIENT;
        BoundedLinks<M> links = new BoundedLinks<>(common.policy.maxLinks, this::linkAttributes);
        for (M message : messages) {
            DestinationOperation destination = send.of(message);
            SpanContext carried = single.existing(message, destination);
            SendSpan.@Nullable Plan keep = single.keep(carried, destination, caller, true);
            keeps.add(keep);
            existing.add(carried);
            if (carried.isValid()) {
                links.add(carried, message, true);
            }
            if (keep == null && destination.policy.propagation) {
                kind = SpanKind.PRODUCER;
            }
        }
        BoundedLinks.Result result = common.policy.tracing ? links.result() : BoundedLinks.Result.NONE;
        Span span = startSpan(common, caller, kind, result);
        Context context = DestinationOperation.with(caller, span);
        List<MessageSpan> entries = new ArrayList<>(messages.size());
        int i = 0;
        for (M message : messages) {
            DestinationOperation destination = send.of(message);
            SpanContext carried = existing.get(i);
            // the entry has no span of its own; a Create operation counts no duration either
            entries.add(new SendSpan(
                    create.of(message),
                    Span.getInvalid(),
                    context,
                    caller,
                    startNanos,
                    SendSpans.planOf(destination, carried, keeps.get(i++), span, caller),
                    carried,
                    destination,
                    true));
        }
        MessageSpan batch = new BatchSendSpan(common, span, context, caller, startNanos, entries);
        describeBatch(batch, messages.size(), result.leftOut());
        return batch;
    }

    private static SpanContext creationContext(SendSpan entry) {
        return entry.keeps()
                ? entry.existing
                : Span.fromContext(entry.context()).getSpanContext();
    }

    private void describeBatch(MessageSpan batch, int count, long linksLeftOut) {
        batch.put(Semconv.BATCH_MESSAGE_COUNT, (long) count);
        if (linksLeftOut > 0) {
            batch.put(Semconv.LINKS_LEFT_OUT, linksLeftOut);
            batch.operation.linksLeftOut(linksLeftOut);
        }
    }

    private Attributes linkAttributes(M message) {
        BoundedAttributes sink = new BoundedAttributes(send.of(message));
        facts.write(message, sink);
        return sink.build();
    }
}
