package dev.linkspan.rabbitmq;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.Collection;

/** Telemetry whose propagator and span processor throw, on whatever thread of the client they are called. */
final class BrokenTelemetry implements TextMapPropagator, SpanProcessor {

    private final Throwable thrown;

    private BrokenTelemetry(Throwable thrown) {
        this.thrown = thrown;
    }

    static OpenTelemetry with(Throwable thrown) {
        BrokenTelemetry broken = new BrokenTelemetry(thrown);
        return OpenTelemetrySdk.builder()
                .setTracerProvider(
                        SdkTracerProvider.builder().addSpanProcessor(broken).build())
                .setPropagators(ContextPropagators.create(broken))
                .build();
    }

    @SuppressWarnings("unchecked")
    private <X extends Throwable> RuntimeException failure() throws X {
        throw (X) thrown;
    }

    @Override
    public Collection<String> fields() {
        return W3CTraceContextPropagator.getInstance().fields();
    }

    @Override
    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
        setter.set(carrier, "traceparent", "half");
        throw failure();
    }

    @Override
    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
        throw failure();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        throw failure();
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }
}
