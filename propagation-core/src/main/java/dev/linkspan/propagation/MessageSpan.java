package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The span of one operation, from its start until {@link #close()}, for callers that cannot wrap a handler because they
 * are called back twice. Nothing here throws, whatever telemetry does.
 *
 * <p>It makes nothing current by itself: {@link #makeCurrent()} does, for one thread, and its scope must be closed on
 * that thread. {@link #error} and {@link #close} may be called from any thread; only the first {@code close} counts.
 *
 * <p>If the span could not be started, or policy has it off, the object does what remains: metrics, and the ambient
 * context with the message's baggage.
 */
public sealed class MessageSpan implements AttributeSink, AutoCloseable permits SendSpan, BatchSendSpan, JobSpan {

    private static final AtomicIntegerFieldUpdater<MessageSpan> STATE =
            AtomicIntegerFieldUpdater.newUpdater(MessageSpan.class, "state");

    /** The API's own, that only carries a context; that may be sampled, by somebody else. */
    private static final Class<?> NOT_RECORDING = Span.getInvalid().getClass();

    private static final int RECORDING = 0;
    /** Open, but of a span that nobody records. */
    private static final int SILENT = 1;

    private static final int CLOSED = 2;

    final DestinationOperation operation;
    final Span span;
    private final Context context;
    private final Context caller;
    private final long startNanos;

    private volatile int state;
    private volatile @Nullable String errorType;

    /**
     * @param caller what was current when the operation began
     * @param startNanos {@link System#nanoTime()} at its start; may be 0 where nothing is measured
     */
    MessageSpan(DestinationOperation operation, Span span, Context context, Context caller, long startNanos) {
        this.operation = operation;
        this.span = span;
        this.context = context;
        this.caller = caller;
        this.startNanos = startNanos;
        if (!records(span)) {
            this.state = SILENT;
        }
    }

    /**
     * Asked once, and without the span's lock where its flags tell: what is sampled is recorded. Not so what a tracer that
     * is switched off returns, which is the caller's span.
     */
    private boolean records(Span span) {
        if (span.getClass() == NOT_RECORDING) {
            return false;
        }
        try {
            SpanContext own = span.getSpanContext();
            SpanContext callers = Span.fromContext(caller).getSpanContext();
            return (own.isSampled() && !own.getSpanId().equals(callers.getSpanId())) || span.isRecording();
        } catch (Throwable t) {
            errors().add("span.isRecording", t);
            return false;
        }
    }

    /** Of an operation that nothing will see. */
    static MessageSpan noop(DestinationOperation operation, Context ambient) {
        return new MessageSpan(operation, Span.getInvalid(), ambient, ambient, 0);
    }

    /** The context to work in: the caller's with this span in it, and the message's baggage when processing. */
    public Context context() {
        return context;
    }

    /**
     * Makes {@link #context()} current on this thread.
     *
     * @return closes without throwing; close it on the same thread, before {@link #close()}
     */
    public Scope makeCurrent() {
        return telemetry().makeCurrent(context);
    }

    /**
     * Makes current, on this thread, what was current when the operation began: for callbacks that the application gave to
     * its client, which are no part of the operation.
     *
     * @return closes without throwing; close it on the same thread
     */
    public Scope makeCallerCurrent() {
        return telemetry().makeCurrent(caller);
    }

    Scope attach() {
        return telemetry().attach(context);
    }

    void detach(Scope scope) {
        telemetry().detach(scope);
    }

    /**
     * Says that the operation failed: status ERROR, {@code error.type}, an exception event.
     *
     * @param error what the client or the handler threw; null does nothing, so that a callback's argument can be passed on
     */
    public MessageSpan error(@Nullable Throwable error) {
        if (error == null || state == CLOSED) {
            return this;
        }
        String message = "";
        try {
            message = Failures.messageOf(error, operation.policy.attributeLength);
        } catch (Throwable t) {
            errors().add("span.error", t);
        }
        failed(typeOf(error), message);
        event(error, Attributes.empty());
        return this;
    }

    /**
     * Says that the operation failed, where an event would repeat what is recorded already: status ERROR and
     * {@code error.type}.
     *
     * @param description why; cut as any attribute is
     */
    public MessageSpan error(Throwable error, String description) {
        return error(typeOf(error), description);
    }

    /** An application's exception may itself throw from its methods. */
    private String typeOf(Throwable error) {
        try {
            return Failures.typeOf(error);
        } catch (Throwable t) {
            errors().add("span.error", t);
            return Failures.nameOf(error.getClass());
        }
    }

    /** Adds an exception event and leaves the status as it is. */
    void event(Throwable error, Attributes more) {
        try {
            // the application may have ended it, and a stack trace is dear
            if (isRecording() && span.isRecording()) {
                Failures.record(error, span, operation.policy.attributeLength, more);
            }
        } catch (Throwable t) {
            errors().add("span.error", t);
        }
    }

    /**
     * Says that the operation failed, where there is no exception but a broker's code.
     *
     * @param type of low cardinality, such as the broker's error code
     * @param description what went wrong; null if the code says it all
     */
    public MessageSpan error(String type, @Nullable String description) {
        if (state == CLOSED) {
            return this;
        }
        failed(type, description == null ? "" : Text.cut(description, operation.policy.attributeLength));
        return this;
    }

    private void failed(String type, String description) {
        errorType = type;
        try {
            if (isRecording()) {
                span.setAttribute(Semconv.ERROR_TYPE, type);
                span.setStatus(StatusCode.ERROR, description);
            }
        } catch (Throwable t) {
            errors().add("span.error", t);
        }
    }

    /**
     * The span of one message of a batch send.
     *
     * @param index its place in the batch
     * @throws IndexOutOfBoundsException if this is no batch send, or has fewer messages
     */
    public MessageSpan message(int index) {
        throw new IndexOutOfBoundsException(
                "no message " + index + ": this is not what startBatch of a sender returned");
    }

    @Override
    public <T> void put(AttributeKey<T> key, @Nullable T value) {
        if (value == null || !isRecording()) {
            return;
        }
        try {
            span.setAttribute(key, BoundedAttributes.cut(operation, value));
        } catch (Throwable t) {
            errors().add("attribute", t);
        }
    }

    @Override
    public <T> void putOld(AttributeKey<T> key, @Nullable T value) {
        if (operation.operation.writesOldNames) {
            put(key, value);
        }
    }

    @Override
    public void putKey(AttributeKey<String> key, @Nullable String value) {
        if (isRecording()) {
            put(key, BoundedAttributes.messageKey(operation, value));
        }
    }

    /** Writes {@code messaging.destination.partition.id}, which a producer learns only when the broker answers. */
    public void partition(@Nullable String partition) {
        put(Semconv.PARTITION_ID, partition);
    }

    /** Writes {@code messaging.message.id}, which a producer learns only when the broker answers. */
    public void messageId(@Nullable String messageId) {
        put(Semconv.MESSAGE_ID, messageId);
    }

    /**
     * Writes {@code messaging.message.body.size}, where the policy asks for it: for producers that learn only from the answer
     * how many bytes the body had.
     *
     * @param bytes less than zero if it is unknown, or if there is no body
     */
    public void bodySize(long bytes) {
        if (bytes >= 0 && (operation.policy.bodySizes || operation.operation.writesOldNames)) {
            put(Semconv.BODY_SIZE, bytes);
        }
    }

    /** Whether attributes are worth working out: until {@link #close}, what was so when the operation began. */
    public boolean isRecording() {
        return state == RECORDING;
    }

    /** Records the metrics, then ends the span. Calls after the first do nothing. */
    @Override
    public void close() {
        if (telemetry().isNoop) {
            state = CLOSED;
            return;
        }
        close(0, operation.operation.instruments.now() - startNanos);
    }

    /**
     * @param endEpochNanos 0 for now
     * @param elapsedNanos what the metric gets, the same as the span's duration
     */
    void close(long endEpochNanos, long elapsedNanos) {
        if (STATE.getAndSet(this, CLOSED) == CLOSED) {
            return;
        }
        // the span last: whoever sees it may look for its metrics
        try {
            ending(errorType);
            operation.duration(Math.max(0, elapsedNanos), errorType, context);
        } finally {
            end(endEpochNanos);
        }
    }

    /** What is left to do once the operation is over and before its span ends. Throws nothing but fatal errors. */
    void ending(@Nullable String errorType) {}

    private void end(long endEpochNanos) {
        try {
            if (endEpochNanos > 0) {
                span.end(endEpochNanos, TimeUnit.NANOSECONDS);
            } else {
                span.end();
            }
        } catch (Throwable t) {
            errors().add("span.end", t);
        }
    }

    /** A message of a batch fails with the batch, unless it failed by itself. */
    final void closeWith(@Nullable String batchError) {
        if (batchError != null && errorType == null) {
            error(batchError, null);
        }
        close();
    }

    private TelemetryErrors errors() {
        return telemetry().errors;
    }

    private MessagingTelemetry telemetry() {
        return operation.operation.telemetry;
    }
}
