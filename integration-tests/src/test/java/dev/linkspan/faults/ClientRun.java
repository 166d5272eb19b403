package dev.linkspan.faults;

import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageTracer;

/**
 * What an application of some client does to be traced, or not, where it is too unlike an {@link Application}.
 *
 * @param <M> what it receives
 * @param <H> the client's headers
 */
public abstract class ClientRun<M, H> {

    private final Fault.Run run;
    private final Tracing<H> tracing;

    protected ClientRun(Fault.Run run, Tracing<H> tracing) {
        this.run = run;
        this.tracing = tracing;
    }

    protected abstract int id(M message);

    protected abstract H headers(M message);

    public final Fault.Run run() {
        return run;
    }

    public final Observation seen() {
        return run.seen();
    }

    public final Tracing<H> tracing() {
        return tracing;
    }

    /**
     * Runs the handler of what was pulled. Returns whether it threw nothing.
     *
     * @param tracer that a wrapped application uses
     */
    protected final boolean process(MessageTracer<M> tracer, M message, Observation.Step handler) {
        int id = id(message);
        return seen().call(
                        "process " + id,
                        () -> tracing.process(tracer, message, headers(message), m -> seen().handle(id, handler)));
    }

    /** Handles what the client hands over, or one message of a batch of an application that is not wrapped. */
    public final void called(M message, MessageHandler<M, Throwable> handler) throws Throwable {
        tracing.called(message, headers(message), handler);
    }

    /** A call that the client refuses; the way in which it does is told. */
    public final void failing(String place, Observation.Step call) {
        seen().call(
                        place,
                        () -> seen().raise(place, () -> {
                            try {
                                call.run();
                            } catch (Throwable t) {
                                seen().called(place + " failed by " + t.getClass());
                                throw t;
                            }
                        }));
    }
}
