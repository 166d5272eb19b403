package dev.linkspan.faults;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;

/**
 * Tracing as it stands in many applications: right while all goes well. Nothing is guarded, headers are appended to what
 * the caller gave, the producer is the parent, and a batch has a link for each message.
 */
@SuppressWarnings("MustBeClosedChecker") // naive
final class NaiveTracing<C> {

    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final TextMapGetter<C> getter;
    private final TextMapSetter<C> setter;

    NaiveTracing(OpenTelemetry openTelemetry, TextMapGetter<C> getter, TextMapSetter<C> setter) {
        this.tracer = openTelemetry.getTracer("naive");
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
        this.getter = getter;
        this.setter = setter;
    }

    /** The caller sends next, and ends the span when it is called back. */
    Span send(C headers) {
        Span span = tracer.spanBuilder("send").setSpanKind(SpanKind.PRODUCER).startSpan();
        Scope scope = span.makeCurrent();
        propagator.inject(Context.current(), headers, setter);
        scope.close();
        return span;
    }

    void process(C headers, Observation.Step handler) throws Throwable {
        Context producer = propagator.extract(Context.current(), headers, getter);
        Span span = tracer.spanBuilder("process")
                .setSpanKind(SpanKind.CONSUMER)
                .setParent(producer)
                .startSpan();
        Scope scope = span.makeCurrent();
        handler.run();
        scope.close();
        span.end();
    }

    void batch(Iterable<C> messages, Observation.Step handler) throws Throwable {
        SpanBuilder builder = tracer.spanBuilder("process").setSpanKind(SpanKind.CONSUMER);
        for (C headers : messages) {
            Context producer = propagator.extract(Context.root(), headers, getter);
            builder.addLink(Span.fromContext(producer).getSpanContext());
        }
        Span span = builder.startSpan();
        Scope scope = span.makeCurrent();
        handler.run();
        scope.close();
        span.end();
    }

    /** One message of a batch. */
    void item(Observation.Step handler) throws Throwable {
        Span span = tracer.spanBuilder("item").startSpan();
        Scope scope = span.makeCurrent();
        handler.run();
        scope.close();
        span.end();
    }
}
