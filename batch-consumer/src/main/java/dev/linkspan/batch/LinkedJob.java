package dev.linkspan.batch;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageFunction;
import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled job: each run is the root of a trace of its own, kind INTERNAL, linked to whoever wrote the records that it
 * reads.
 *
 * <pre>{@code
 * LinkedJob invoices = LinkedJob.create(openTelemetry, "nightly invoices");
 *
 * invoices.run(run -> {
 *     for (Order order : orders.due()) {
 *         run.read(order.traceContext());        // a column with PayloadCarrier.toJson(context)
 *         invoice(order);
 *     }
 * });
 * }</pre>
 *
 * <p>A record without a context is counted and not linked. There are at most as many links as policy says, chosen as a
 * batch's are; they are added when the run ends, so samplers do not see them. A span that is current where the job starts
 * becomes a link too, not the parent.
 *
 * <p>Immutable and thread-safe. No method throws because of telemetry.
 */
public final class LinkedJob {

    private final MessageTracer<Map<String, Object>> tracer;
    private final String name;

    private LinkedJob(MessageTracer<Map<String, Object>> tracer, String name) {
        this.tracer = tracer;
        this.name = name;
    }

    /**
     * With all policies at their defaults.
     *
     * @param name the span's name; of low cardinality, without a date
     * @throws NullPointerException if an argument is null
     */
    public static LinkedJob create(OpenTelemetry openTelemetry, String name) {
        return create(MessagingTelemetry.create(openTelemetry), name);
    }

    /**
     * With settings that are shared with brokers.
     *
     * @param name the span's name; of low cardinality, without a date
     * @throws NullPointerException if an argument is null
     */
    public static LinkedJob create(MessagingTelemetry messaging, String name) {
        requireNonNull(messaging, "messaging must not be null; use MessagingTelemetry.create(openTelemetry)");
        return new LinkedJob(
                messaging.tracer(new StoredContexts(), ClientFacts.NONE, false),
                requireNonNull(name, "name must not be null"));
    }

    /**
     * Runs the job inside its span.
     *
     * @throws X what the job throws, the same object; the span has status ERROR then
     */
    public <X extends Throwable> void run(MessageHandler<? super JobRun, X> job) throws X {
        requireNonNull(job, "job must not be null");
        MessageSpan span = tracer.startJob(name);
        try (Scope scope = span.makeCurrent()) {
            job.handle(new JobRun(tracer, span));
        } catch (Throwable t) {
            span.error(t);
            throw t;
        } finally {
            span.close();
        }
    }

    /**
     * Runs the job inside its span and returns what it returns.
     *
     * @throws X what the job throws, the same object; the span has status ERROR then
     */
    public <R extends @Nullable Object, X extends Throwable> R call(MessageFunction<? super JobRun, R, X> job)
            throws X {
        requireNonNull(job, "job must not be null");
        MessageSpan span = tracer.startJob(name);
        try (Scope scope = span.makeCurrent()) {
            return job.apply(new JobRun(tracer, span));
        } catch (Throwable t) {
            span.error(t);
            throw t;
        } finally {
            span.close();
        }
    }
}
