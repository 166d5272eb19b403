package dev.linkspan.benchmarks;

import brave.handler.SpanHandler;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;

/** Where spans go, in OpenTelemetry's form and in Brave's. */
record Backend(OpenTelemetry openTelemetry, brave.Tracing zipkin) {

    /** No SDK. */
    static Backend noop() {
        brave.Tracing zipkin = brave.Tracing.newBuilder().build();
        zipkin.setNoop(true);
        return new Backend(OpenTelemetry.noop(), zipkin);
    }

    /**
     * @param share of the traces that are sampled, 0 to 1
     * @param meters not registered with anything where metrics are off
     */
    static Backend of(double share, SpanProcessor spans, SpanHandler braveSpans, SdkMeterProvider meters) {
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setSampler(sampler(share))
                        .addSpanProcessor(spans)
                        .build())
                .setMeterProvider(meters)
                .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
                .build();
        brave.Tracing zipkin = brave.Tracing.newBuilder()
                .sampler(share == 1 ? brave.sampler.Sampler.ALWAYS_SAMPLE : brave.sampler.Sampler.create((float) share))
                .addSpanHandler(braveSpans)
                .build();
        return new Backend(sdk, zipkin);
    }

    private static Sampler sampler(double share) {
        if (share == 0) {
            return Sampler.alwaysOff();
        }
        return share == 1 ? Sampler.alwaysOn() : Sampler.traceIdRatioBased(share);
    }
}
