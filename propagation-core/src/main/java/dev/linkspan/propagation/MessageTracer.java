package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's operations over one adapter and one client: CONSUMER spans around the application's handler, and what
 * wrappers need for receiving and settling.
 *
 * <p>A process span carries a link to the creation context that the message brought, and by default is no child of it
 * ({@link Relation}). The handler runs with the span current and with the message's baggage in place of the ambient
 * baggage.
 *
 * <p>Immutable and thread-safe: messages may be processed on any thread. No method throws because of telemetry; what the
 * handler throws comes out as the same object.
 *
 * @param <M> the message type
 */
public final class MessageTracer<M> {

    private final MessagingTelemetry telemetry;
    private final ReceivedMessages<M, ?> received;
    private final ProcessSpans<M, ?> processSpans;
    private final SettleSpans<M> settleSpans;
    private final JobSpans<M, ?> jobSpans;

    /** @param countsDeliveries whether nobody counted a message before it comes to {@code process} */
    <H> MessageTracer(
            MessagingTelemetry telemetry,
            MessageAdapter<M, H> adapter,
            ClientFacts client,
            Predicate<? super M> countsDeliveries) {
        this.telemetry = telemetry;
        MessageFacts<M, H> facts = new MessageFacts<>(adapter, telemetry.errors);
        Operation<M> process = new Operation<>(telemetry, adapter, client, Semconv.Type.PROCESS, "process");
        Operation<M> settle = new Operation<>(telemetry, adapter, client, Semconv.Type.SETTLE, "settle");
        Operation<M> receive = new Operation<>(telemetry, adapter, client, Semconv.Type.RECEIVE, adapter.receiveName());
        Operation<M> job = new Operation<>(telemetry, adapter, client, Semconv.Type.JOB, "job");
        this.received = new ReceivedMessages<>(telemetry, facts, receive);
        this.processSpans = new ProcessSpans<>(telemetry, facts, process, job, countsDeliveries);
        this.settleSpans = new SettleSpans<>(telemetry, facts, settle);
        this.jobSpans = new JobSpans<>(telemetry, facts, process, job);
    }

    /**
     * Runs the handler inside a process span.
     *
     * @throws X what the handler throws, the same object; the span has status ERROR then
     */
    public <X extends Throwable> void process(M message, MessageHandler<? super M, X> handler) throws X {
        requireNonNull(handler, "handler must not be null");
        MessageSpan span = start(message);
        Scope scope = span.attach();
        try {
            handler.handle(message);
        } catch (Throwable t) {
            span.error(t);
            throw t;
        } finally {
            span.detach(scope);
            span.close();
        }
    }

    /**
     * Runs the handler inside a process span and returns what it returns.
     *
     * @throws X what the handler throws, the same object; the span has status ERROR then
     */
    public <R extends @Nullable Object, X extends Throwable> R call(M message, MessageFunction<? super M, R, X> handler)
            throws X {
        requireNonNull(handler, "handler must not be null");
        MessageSpan span = start(message);
        Scope scope = span.attach();
        try {
            return handler.apply(message);
        } catch (Throwable t) {
            span.error(t);
            throw t;
        } finally {
            span.detach(scope);
            span.close();
        }
    }

    /**
     * Runs the handler inside a process span that ends when the handler's stage completes, exceptionally or not. The
     * span is current only until the handler returns.
     *
     * @return the handler's stage itself, not one derived from it, so that it can still be cancelled
     * @throws X what the handler throws, the same object; the span has status ERROR then
     */
    public <S extends @Nullable CompletionStage<?>, X extends Throwable> S processAsync(
            M message, MessageFunction<? super M, S, X> handler) throws X {
        requireNonNull(handler, "handler must not be null");
        MessageSpan span = start(message);
        return telemetry.callAsync(
                span.attach(),
                message,
                handler,
                (result, error) -> span.error(error).close());
    }

    /**
     * Starts a process span for a framework that calls back before and after a message. Nothing is made current.
     *
     * @return close it once the message is done, after {@link MessageSpan#error} if that failed; from any thread
     */
    public MessageSpan start(M message) {
        return processSpans.start(message);
    }

    /**
     * Starts the one process span of a batch, with at most {@link MessagingPolicy#maxLinks} links. Batches take no
     * message's baggage, and {@link Relation#PARENT} is treated as {@link Relation#LINK}.
     *
     * @param messages iterated once
     */
    public MessageSpan startBatch(Iterable<? extends M> messages) {
        return processSpans.startBatch(messages);
    }

    /**
     * The messages as an unmodifiable list of its own, read in the way that {@link MessageAdapter#elements} says.
     *
     * @param messages iterated once
     */
    public List<M> listOf(Iterable<? extends M> messages) {
        return processSpans.listOf(requireNonNull(messages, "messages must not be null"));
    }

    /**
     * Says that one message of a batch failed: adds an exception event with what identifies the message. The span's status
     * stays as it is; {@link MessageSpan#error} is for a batch that failed as a whole.
     *
     * @param batch what {@link #startBatch} returned; does nothing once it is closed
     */
    public void failed(MessageSpan batch, M message, Throwable error) {
        processSpans.failed(batch, message, requireNonNull(error, "error must not be null"));
    }

    /**
     * The context that the message's producer put into it, to link a span of one's own to. Reads the headers each time.
     *
     * @return invalid if the message brought none, or policy has propagation off; unsampled if policy does not trust it
     */
    public SpanContext origin(M message) {
        return processSpans.origin(message);
    }

    /**
     * Starts the span of a job that reads messages, or stored records, without being called for them: kind INTERNAL, a root,
     * linked to the span that is current, if any. It is no messaging operation and has no messaging attributes.
     *
     * @param name of low cardinality; at most 256 characters are used
     */
    public MessageSpan startJob(String name) {
        return jobSpans.start(requireNonNull(name, "name must not be null"));
    }

    /**
     * Says that a job read a message: the context that it carries becomes one of the job's links. They are added when the
     * job's span is closed, at most {@link MessagingPolicy#maxLinks}, chosen as a batch's are. Samplers do not see them.
     *
     * @param job what {@link #startJob} returned; does nothing for other spans, or once it is closed
     */
    public void link(MessageSpan job, M message) {
        jobSpans.link(job, message);
    }

    /**
     * Says that a pull brought messages: makes the receive span, with bounded links, and counts them. For wrappers; called
     * after the pull, so that samplers see the links. Does nothing for an empty pull.
     *
     * @param messages what was received; iterated once
     * @param startNanos {@link System#nanoTime()} before the pull
     */
    public void received(Iterable<? extends M> messages, long startNanos) {
        received.received(messages, startNanos, span -> {});
    }

    /**
     * As {@link #received(Iterable, long)}.
     *
     * @param answer writes what the client's answer says beside the messages, before the span ends
     */
    public void received(Iterable<? extends M> messages, long startNanos, Consumer<? super MessageSpan> answer) {
        received.received(messages, startNanos, requireNonNull(answer, "answer must not be null"));
    }

    /**
     * As {@link #received}, for a client whose pull brings one message at most: the span is of that message alone, and has no
     * {@code messaging.batch.message_count}.
     */
    public void receivedOne(M message, long startNanos) {
        received.receivedOne(message, startNanos);
    }

    /**
     * Says that a pull failed: makes a receive span with status ERROR. Not for a wakeup or an interrupt, by which the
     * application ends a pull.
     *
     * @param startNanos {@link System#nanoTime()} before the pull
     */
    public void receiveFailed(Throwable error, long startNanos) {
        received.failed(error, startNanos, null, span -> {});
    }

    /**
     * As {@link #receiveFailed(Throwable, long)}.
     *
     * @param destination the one destination that was pulled from; null if several or unknown
     * @param answer writes what the broker said of it, such as its error code, before the span ends
     */
    public void receiveFailed(
            Throwable error, long startNanos, @Nullable String destination, Consumer<? super MessageSpan> answer) {
        received.failed(error, startNanos, destination, requireNonNull(answer, "answer must not be null"));
    }

    /**
     * Counts a delivery that is handed to something else, such as an accumulator or a pool, and makes no span: one that only
     * timed the hand-over would be a lie. For wrappers of push clients.
     */
    public void delivered(M message) {
        processSpans.delivered(message);
    }

    /**
     * The message whose handler runs in the current context, whichever tracer processes it; null if there is none, or if it
     * is a batch. For wrappers, whose client tells less of a message that it settles than it told when it delivered it.
     */
    public @Nullable Object currentMessage() {
        return Processing.message(telemetry.currentContext());
    }

    /**
     * Makes the root context current on this thread: for work that belongs to none of those who led to it, such as a batch
     * that is processed on the thread that brought its last message.
     *
     * @return closes without throwing; close it on the same thread
     */
    public Scope makeRootCurrent() {
        return telemetry.makeCurrent(Context.root());
    }

    /**
     * Starts the settle span of one message's ack, delete or the like. It is made where a span is current, or everywhere if
     * policy says so ({@link MessagingPolicy#rootSettleSpans}); metrics are recorded always. Of the message's attributes it
     * has the destination, the partition and the ids.
     *
     * @param operationName the broker's name for it, such as {@code ack}; one of a few
     */
    public MessageSpan startSettle(String operationName, M message) {
        return settleSpans.start(operationName, message);
    }

    /**
     * Starts the one settle span of many messages, as {@link #startSettle}, with {@code messaging.batch.message_count}.
     *
     * @param operationName the broker's name for it, such as {@code ack}; one of a few
     */
    public MessageSpan startSettleBatch(String operationName, Collection<? extends M> messages) {
        return settleSpans.startBatch(operationName, messages);
    }

    /**
     * Starts the settle span of a commit or the like, where no message is at hand, as {@link #startSettle}.
     *
     * @param operationName the broker's name for it, such as {@code commit}; one of a few
     * @param destination the one destination that is settled; null if several or unknown
     */
    public MessageSpan startSettleAt(String operationName, @Nullable String destination) {
        return settleSpans.start(settleSpans.named(operationName).at(destination, null), null);
    }

    /**
     * Starts the one settle span of many messages, none of which is at hand, as {@link #startSettleBatch}.
     *
     * @param operationName the broker's name for it, such as {@code delete}; one of a few
     * @param destination the one destination that is settled; null if several or unknown
     * @param messages how many
     */
    public MessageSpan startSettleBatchAt(String operationName, @Nullable String destination, int messages) {
        return settleSpans.startBatch(settleSpans.named(operationName).at(destination, null), messages);
    }
}
