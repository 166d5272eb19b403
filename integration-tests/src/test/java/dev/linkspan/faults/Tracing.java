package dev.linkspan.faults;

import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;

/**
 * What an application does in its own code to be traced, whatever its client: nothing, naive tracing, or Linkspan's tracer
 * around a handler.
 *
 * @param <H> the client's headers
 */
public final class Tracing<H> {

    private final Wrapping wrapping;
    private final NaiveTracing<H> naive;

    public Tracing(Wrapping wrapping, Telemetry telemetry, TextMapGetter<H> getter, TextMapSetter<H> setter) {
        this.wrapping = wrapping;
        this.naive = new NaiveTracing<>(telemetry, getter, setter);
    }

    public Wrapping wrapping() {
        return wrapping;
    }

    /** Whether the client is wrapped. */
    public boolean wraps() {
        return wrapping == Wrapping.LINKSPAN;
    }

    /** Before a send: naive tracing writes into the caller's headers. Returns what to run when it is over. */
    public Runnable sending(H headers) {
        if (wrapping != Wrapping.NAIVE) {
            return () -> {};
        }
        Span span = naive.send(headers);
        return () -> naive.end(span);
    }

    /** As {@link #sending(Object)}, by an application that does it twice. */
    public Runnable sendingTwice(H headers) {
        Runnable outer = sending(headers);
        Runnable inner = sending(headers);
        return () -> {
            inner.run();
            outer.run();
        };
    }

    /** @param tracer that a wrapped application uses */
    public <M> void process(MessageTracer<M> tracer, M message, H headers, MessageHandler<M, Throwable> handler)
            throws Throwable {
        if (wraps()) {
            tracer.process(message, handler);
        } else {
            called(message, headers, handler);
        }
    }

    /** Handles what the client hands over; a wrapped one has its span around it already. */
    public <M> void called(M message, H headers, MessageHandler<M, Throwable> handler) throws Throwable {
        if (wrapping == Wrapping.NAIVE) {
            naive.process(headers, () -> handler.handle(message));
        } else {
            handler.handle(message);
        }
    }

    /** A batch of an application that is not wrapped. */
    public void batch(Iterable<H> messages, Observation.Step handler) throws Throwable {
        if (wrapping == Wrapping.NAIVE) {
            naive.batch(messages, handler);
        } else {
            handler.run();
        }
    }
}
