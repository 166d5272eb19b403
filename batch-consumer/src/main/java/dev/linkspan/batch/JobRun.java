package dev.linkspan.batch;

import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.PayloadCarrier;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link LinkedJob}: is told of each record that the job reads. Never throws because of what a record holds.
 * Thread-safe; of no effect after the run.
 */
public final class JobRun {

    private final MessageTracer<Map<String, Object>> tracer;
    private final MessageSpan span;

    JobRun(MessageTracer<Map<String, Object>> tracer, MessageSpan span) {
        this.tracer = tracer;
        this.span = span;
    }

    /**
     * Says that the job read a record that keeps its context in entries of a map ({@link PayloadCarrier#ofMap()}).
     *
     * @param payload other entries do not matter; null counts as a record without a context
     */
    public void read(@Nullable Map<String, Object> payload) {
        tracer.link(span, payload == null ? Map.of() : payload);
    }

    /**
     * Says that the job read a record that keeps its context in one text ({@link PayloadCarrier#toJson}).
     *
     * @param json null, or what is no JSON object, counts as a record without a context
     */
    public void read(@Nullable String json) {
        read(PayloadCarrier.fromJson(json));
    }
}
