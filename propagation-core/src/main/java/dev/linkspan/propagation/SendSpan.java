package dev.linkspan.propagation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** One message that is being sent: its span, what is decided for its headers, and what came of it. */
final class SendSpan extends MessageSpan {

    /** What to do with the headers. */
    enum Plan {
        /** There is no context to write, or policy says no. */
        NOTHING(null),
        INJECT("injected"),
        /** Somebody here has put it there on purpose. */
        KEEP("kept"),
        /** Kept by policy alone. */
        KEEP_FOREIGN("kept"),
        REPLACE("replaced");

        final @Nullable String outcome;

        Plan(@Nullable String outcome) {
            this.outcome = outcome;
        }
    }

    final Plan plan;
    /** What the message carried when it came. */
    final SpanContext existing;

    private final DestinationOperation send;
    private final boolean counted;
    private volatile boolean injected;

    /**
     * @param send the send operation, whose metrics count the message
     * @param counted false where only a Create span was made and the message is yet to be sent
     */
    SendSpan(
            DestinationOperation operation,
            Span span,
            Context context,
            Context caller,
            long startNanos,
            Plan plan,
            SpanContext existing,
            DestinationOperation send,
            boolean counted) {
        super(operation, span, context, caller, startNanos);
        this.plan = plan;
        this.existing = existing;
        this.send = send;
        this.counted = counted;
    }

    /** Whether only a Create span was made, and the message is yet to be sent. */
    boolean isSentLater() {
        return !counted;
    }

    boolean keeps() {
        return plan == Plan.KEEP || plan == Plan.KEEP_FOREIGN;
    }

    boolean wantsInjection() {
        return plan == Plan.INJECT || plan == Plan.REPLACE;
    }

    void injected(boolean done) {
        injected = done;
    }

    @Override
    void ending(@Nullable String errorType) {
        if (!counted) {
            // the send of it will tell what became of its headers
            return;
        }
        if (plan.outcome != null) {
            send.injected(wantsInjection() && !injected ? "skipped" : plan.outcome);
        }
        send.sent(1, errorType);
        if (errorType != null && plan == Plan.KEEP) {
            // it may be sent once more, and was no less deliberate for having failed
            send.operation.telemetry.created.add(existing);
        }
    }
}
