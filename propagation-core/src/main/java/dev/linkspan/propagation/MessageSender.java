package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.List;

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
    private final SendSpans<M, H> spans;
    private final BatchSendSpans<M, H> batches;
    private final int traceParentSize;

    MessageSender(MessagingTelemetry telemetry, MessageAdapter<M, H> adapter, ClientFacts client) {
        this.telemetry = telemetry;
        this.facts = new MessageFacts<>(adapter, telemetry.errors);
        this.spans = new SendSpans<>(
                telemetry,
                facts,
                new Operation<>(telemetry, adapter, client, Semconv.Type.CREATE, "create"),
                new Operation<>(telemetry, adapter, client, Semconv.Type.SEND, adapter.sendName()));
        this.batches = new BatchSendSpans<>(telemetry, facts, spans);
        this.traceParentSize = telemetry.propagation.isW3c ? TraceParent.sizeIn(facts.carrier) : -1;
    }

    /**
     * Starts the Send span of one message. It is of kind PRODUCER, with its own context for the message; or of kind
     * CLIENT, linked to the context that the message keeps ({@link ExistingContext}).
     */
    public MessageSpan start(M message) {
        return spans.start(message, spans.send, telemetry.currentContext(), true);
    }

    /**
     * Starts a Create span, for a message that is made now and sent later, perhaps by another thread: close it when the
     * message is ready. A later send keeps the context that {@link #inject} wrote, and links to it.
     */
    public MessageSpan create(M message) {
        return spans.start(message, spans.create, telemetry.currentContext(), false);
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
        return batches.start(messages);
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
        if (!(span instanceof SendSpan sending) || !sending.wantsInjection()) {
            return false;
        }
        Context context = span.context();
        boolean done;
        try {
            done = TraceParent.writeAlone(
                            telemetry.propagation,
                            facts.carrier,
                            traceParentSize,
                            headers,
                            context,
                            maxBytes,
                            maxHeaders)
                    || inject(span.operation, context, headers, maxBytes, maxHeaders);
        } catch (Throwable t) {
            telemetry.errors.add("carrier.set", t);
            done = false;
        }
        sending.injected(done);
        if (done && sending.isSentLater()) {
            telemetry.created.add(Span.fromContext(context).getSpanContext());
        }
        return done;
    }

    private boolean inject(DestinationOperation operation, Context context, H headers, long maxBytes, int maxHeaders) {
        Injection<H> injection = new Injection<>(telemetry.propagation, facts.carrier, headers);
        boolean done = injection.write(context, operation.policy.outgoingBaggage, maxBytes, maxHeaders);
        operation.rejected(injection.oversizedFields, "oversized");
        operation.rejected(injection.refusedFields, "refused");
        return done;
    }

    /** Whether {@link #inject} has anything to write, so that a caller need not copy headers in vain. */
    public boolean injects(MessageSpan span) {
        return span instanceof SendSpan sending && sending.wantsInjection();
    }

    /** Says that the message went out without the headers that {@link #inject} wrote, because they did not fit. */
    public void withdraw(MessageSpan span) {
        if (span instanceof SendSpan sending) {
            sending.injected(false);
        }
    }
}
