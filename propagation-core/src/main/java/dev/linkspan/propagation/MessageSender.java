package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The producer's operations over one adapter and one client: Create and Send spans, and the headers that carry them.
 *
 * <p>A wrapper starts a span, asks it for headers on a copy of the message, sends, and closes the span when the broker
 * has answered:
 *
 * <pre>{@code
 * MessageSpan span = sender.start(message);
 * H headers = copyOf(message.headers());
 * Message outgoing = sender.inject(span, headers) ? message.with(headers) : message;
 * try (Scope scope = span.makeCurrent()) {
 *     client.send(outgoing, (ack, failure) -> span.error(failure).close());
 * } catch (Throwable t) {
 *     span.error(t).close();
 *     throw t;
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe. No method throws because of telemetry.
 *
 * @param <M> the message type
 * @param <H> its header type
 */
public final class MessageSender<M, H> {

    private final MessagingTelemetry telemetry;
    private final MessageFacts<M, H> facts;
    private final Operation<M> create;
    private final Operation<M> send;

    MessageSender(MessagingTelemetry telemetry, MessageAdapter<M, H> adapter, ClientFacts client) {
        this.telemetry = telemetry;
        this.facts = new MessageFacts<>(adapter, telemetry.errors);
        this.create = new Operation<>(telemetry, adapter, client, Semconv.Type.CREATE, "create");
        this.send = new Operation<>(telemetry, adapter, client, Semconv.Type.SEND, adapter.sendName());
    }

    /**
     * Starts the Send span of one message. It is of kind PRODUCER, with its own context for the message; or of kind
     * CLIENT, linked to the context that the message keeps ({@link ExistingContext}).
     */
    public MessageSpan start(M message) {
        return start(message, send, telemetry.currentContext(), true);
    }

    /**
     * Starts a Create span, for a message that is made now and sent later, perhaps by another thread: close it when the
     * message is ready. A later send keeps the context that {@link #inject} wrote, and links to it.
     */
    public MessageSpan create(M message) {
        return start(message, create, telemetry.currentContext(), false);
    }

    /**
     * Starts the Send span of a batch. With Create spans on ({@link MessagingPolicy#createSpans}), each message has a
     * Create span of its own and the Send span, of kind CLIENT, links to them, bounded; with Create spans off, the Send
     * span is of kind PRODUCER and its context goes into every message.
     *
     * @return with one {@link MessageSpan#message} for each message, to inject and to mark failed ones; closing the batch
     *     closes them
     */
    public MessageSpan startBatch(List<? extends M> messages) {
        Context caller = telemetry.currentContext();
        DestinationOperation common = commonDestination(messages);
        long startNanos = System.nanoTime();
        // a Create span whose context no message carries would tell nothing
        if (!common.policy.createSpans || !common.policy.propagation) {
            return startPlainBatch(messages, common, caller, startNanos);
        }
        List<MessageSpan> entries = new ArrayList<>(messages.size());
        BoundedLinks<M> links = new BoundedLinks<>(common.policy.maxLinks, this::linkAttributes);
        for (M message : messages) {
            MessageSpan entry = start(message, create, caller, true);
            entries.add(entry);
            SpanContext created = creationContext(entry);
            if (created.isValid()) {
                links.add(created, message, true);
            }
        }
        BoundedLinks.Result result = links.result();
        Span span = startSpan(common, caller, SpanKind.CLIENT, result.links(), null);
        Context context = span.getSpanContext().isValid() ? caller.with(span) : caller;
        MessageSpan batch = new MessageSpan(common, span, context, caller, startNanos, null);
        describeBatch(batch, messages.size(), result.leftOut());
        batch.messages(entries);
        return batch;
    }

    private MessageSpan startPlainBatch(
            List<? extends M> messages, DestinationOperation common, Context caller, long startNanos) {
        List<SpanContext> existing = new ArrayList<>(messages.size());
        boolean[] keeps = new boolean[messages.size()];
        SpanKind kind = SpanKind.CLIENT;
        BoundedLinks<M> links = new BoundedLinks<>(common.policy.maxLinks, this::linkAttributes);
        for (M message : messages) {
            DestinationOperation destination = send.of(message);
            SpanContext carried = existing(message, destination);
            boolean kept = carried.isValid() && keeps(carried, destination, caller, true);
            keeps[existing.size()] = kept;
            existing.add(carried);
            if (carried.isValid()) {
                links.add(carried, message, true);
            }
            if (!kept && destination.policy.propagation) {
                kind = SpanKind.PRODUCER;
            }
        }
        BoundedLinks.Result result = links.result();
        Span span = startSpan(common, caller, kind, result.links(), null);
        Context context = span.getSpanContext().isValid() ? caller.with(span) : caller;
        MessageSpan batch = new MessageSpan(common, span, context, caller, startNanos, null);
        describeBatch(batch, messages.size(), result.leftOut());
        List<MessageSpan> entries = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            M message = messages.get(i);
            DestinationOperation destination = send.of(message);
            SpanContext carried = existing.get(i);
            Sending sending =
                    new Sending(planOf(destination, carried, keeps[i], context), carried, context, destination, true);
            // the entry has no span of its own; a Create operation counts no duration either
            entries.add(new MessageSpan(create.of(message), Span.getInvalid(), context, caller, startNanos, sending));
        }
        batch.messages(entries);
        return batch;
    }

    private static SpanContext creationContext(MessageSpan entry) {
        Sending sending = requireNonNull(entry.sending);
        return sending.plan == Sending.Plan.KEEP
                ? sending.existing
                : Span.fromContext(entry.context()).getSpanContext();
    }

    private void describeBatch(MessageSpan batch, int count, int linksLeftOut) {
        batch.put(Semconv.BATCH_MESSAGE_COUNT, (long) count);
        if (linksLeftOut > 0) {
            batch.put(Semconv.LINKS_LEFT_OUT, (long) linksLeftOut);
            batch.operation.linksLeftOut(linksLeftOut);
        }
    }

    private Attributes linkAttributes(M message) {
        BoundedAttributes.Collected sink = BoundedAttributes.collected(send.of(message));
        facts.write(message, sink);
        return sink.build();
    }

    private DestinationOperation commonDestination(List<? extends M> messages) {
        DestinationOperation common = null;
        for (M message : messages) {
            DestinationOperation operation = send.of(message);
            if (common != null && !common.isOnSameDestinationAs(operation)) {
                return send.unknown();
            }
            common = operation;
        }
        return common == null ? send.unknown() : common;
    }

    /**
     * Writes the span's context into headers, in place of any context they hold.
     *
     * @param span a span that this sender started for the message
     * @param headers a writable copy of the message's headers
     * @return true: send the message with these headers. False: send the message as the caller gave it, because there is
     *     nothing to write, or it did not fit or failed and was counted; these headers may then be in any state.
     */
    public boolean inject(MessageSpan span, H headers) {
        return inject(span, headers, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * As {@link #inject(MessageSpan, Object)}, within the broker's limits. The trace context goes whole or not at all;
     * tracestate and then baggage go if there is room left.
     *
     * @param maxBytes how much larger the message may become, counted as {@link HeaderCarrier#size} does
     * @param maxHeaders how many headers the message may have in all
     */
    public boolean inject(MessageSpan span, H headers, long maxBytes, int maxHeaders) {
        Sending sending = span.sending;
        if (sending == null || !sending.wantsInjection()) {
            return false;
        }
        DestinationOperation operation = span.operation;
        Injection<H> injection = new Injection<>(telemetry.propagation, facts.carrier, headers);
        boolean done = injection.write(sending.context, operation.policy.outgoingBaggage, maxBytes, maxHeaders);
        sending.injected(done);
        operation.rejected(injection.oversizedFields, "oversized");
        operation.rejected(injection.refusedFields, "refused");
        if (done && sending.isSentLater()) {
            telemetry.created.add(Span.fromContext(sending.context).getSpanContext());
        }
        return done;
    }

    /** Whether {@link #inject} has anything to write, so that a caller need not copy headers in vain. */
    public boolean injects(MessageSpan span) {
        return span.sending != null && span.sending.wantsInjection();
    }

    /** Says that the message went out without the headers that {@link #inject} wrote, because they did not fit. */
    public void withdraw(MessageSpan span) {
        if (span.sending != null) {
            span.sending.injected(false);
        }
    }

    private MessageSpan start(M message, Operation<M> operation, Context caller, boolean counted) {
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
        Context context = span.getSpanContext().isValid() ? caller.with(span) : caller;
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

    private static Sending.Plan planOf(
            DestinationOperation destination, SpanContext existing, boolean keeps, Context context) {
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

    private SpanContext existing(M message, DestinationOperation destination) {
        H headers = destination.policy.propagation ? facts.headers(message) : null;
        if (headers == null) {
            return SpanContext.getInvalid();
        }
        return Extraction.of(telemetry.propagation, facts.carrier, headers, Context.root())
                .spanContext();
    }

    /** @param sends whether the message goes out now; its context is deliberate no more after that */
    private boolean keeps(SpanContext existing, DestinationOperation destination, Context caller, boolean sends) {
        return switch (destination.policy.existingContext) {
            case KEEP -> true;
            case REPLACE -> false;
            case REPLACE_STALE ->
                (sends ? telemetry.created.remove(existing) : telemetry.created.contains(existing))
                        || (existing.getTraceId()
                                        .equals(Span.fromContext(caller)
                                                .getSpanContext()
                                                .getTraceId())
                                && !Processing.brought(caller, existing));
        };
    }

    private Span startSpan(
            DestinationOperation destination,
            Context parent,
            SpanKind kind,
            List<DestinationOperation.Link> links,
            @Nullable String partition) {
        if (!destination.policy.tracing) {
            return Span.getInvalid();
        }
        try {
            return destination.startSpan(parent, kind, links, partition, 0);
        } catch (Throwable t) {
            telemetry.errors.add("span.start", t);
            return Span.getInvalid();
        }
    }
}
