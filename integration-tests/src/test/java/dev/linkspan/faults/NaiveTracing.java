package dev.linkspan.faults;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tracing as it stands in many applications: right while all goes well. Nothing is guarded, headers are appended to what
 * the caller gave, the producer is the parent, a batch has a link for each message, and open spans are kept in a map.
 */
@SuppressWarnings("MustBeClosedChecker") // naive
final class NaiveTracing<C> {

    private final Telemetry telemetry;
    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final TextMapGetter<C> getter;
    private final TextMapSetter<C> setter;
    private final Map<Span, Object> open = new ConcurrentHashMap<>();

    NaiveTracing(Telemetry telemetry, TextMapGetter<C> getter, TextMapSetter<C> setter) {
        this.telemetry = telemetry;
        this.tracer = telemetry.openTelemetry().getTracer("naive");
        this.propagator = telemetry.openTelemetry().getPropagators().getTextMapPropagator();
        this.getter = getter;
        this.setter = setter;
    }

    /** The caller sends next, and ends the span when it is called back. */
    Span send(C headers) {
        Span span = start(tracer.spanBuilder("send").setSpanKind(SpanKind.PRODUCER), headers);
        Scope scope = span.makeCurrent();
        if (telemetry.writesHeaderByHand) {
            SpanContext context = span.getSpanContext();
            setter.set(headers, "traceparent", "00-" + context.getTraceId() + "-" + context.getSpanId() + "-01");
        } else {
            propagator.inject(Context.current(), headers, setter);
        }
        scope.close();
        return span;
    }

    void process(C headers, Observation.Step handler) throws Throwable {
        Context producer = extract(Context.current(), headers);
        SpanBuilder builder =
                tracer.spanBuilder("process").setSpanKind(SpanKind.CONSUMER).setParent(producer);
        run(start(builder, headers), handler);
    }

    void batch(Iterable<C> messages, Observation.Step handler) throws Throwable {
        SpanBuilder builder = tracer.spanBuilder("process").setSpanKind(SpanKind.CONSUMER);
        for (C headers : messages) {
            Context producer = extract(Context.root(), headers);
            builder.addLink(Span.fromContext(producer).getSpanContext());
        }
        run(start(builder, messages), handler);
    }

    /** One message of a batch. */
    void item(Observation.Step handler) throws Throwable {
        run(start(tracer.spanBuilder("item"), handler), handler);
    }

    void end(Span span) {
        open.remove(span);
        if (telemetry.clock == null) {
            span.end();
        } else {
            span.end(telemetry.clock.now(), TimeUnit.NANOSECONDS);
        }
        if (telemetry.flushesEach) {
            telemetry.flush();
        }
    }

    private Context extract(Context context, C headers) {
        if (telemetry.readsHeaderByHand) {
            return read(context, getter.get(headers, "traceparent"));
        }
        try {
            return propagator.extract(context, headers, getter);
        } catch (RuntimeException e) {
            if (!telemetry.logsEach) {
                throw e;
            }
            Logger.getLogger("naive").log(Level.WARNING, "no context in " + headers, e);
            return context;
        }
    }

    private static Context read(Context context, @Nullable String traceparent) {
        if (traceparent == null) {
            return context;
        }
        String[] parts = traceparent.split("-");
        return context.with(Span.wrap(SpanContext.createFromRemoteParent(
                parts[1], parts[2], TraceFlags.fromHex(parts[3], 0), TraceState.getDefault())));
    }

    private Span start(SpanBuilder builder, Object headers) {
        if (telemetry.clock != null) {
            builder.setStartTimestamp(telemetry.clock.now(), TimeUnit.NANOSECONDS);
        }
        Span span = builder.startSpan();
        open.put(span, headers);
        return span;
    }

    private void run(Span span, Observation.Step handler) throws Throwable {
        Scope scope = span.makeCurrent();
        handler.run();
        scope.close();
        end(span);
    }
}
