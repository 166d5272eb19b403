package dev.linkspan.testing;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;

/** An SDK that remembers what it recorded. */
final class TestTelemetry implements AutoCloseable {

    final OpenTelemetrySdk sdk;
    final SpanRecorder spans = new SpanRecorder();
    private final InMemoryMetricReader metricReader = InMemoryMetricReader.createDelta();
    private final List<MetricData> metrics = new ArrayList<>();

    TestTelemetry(Settings settings) {
        SdkTracerProviderBuilder tracerProvider = SdkTracerProvider.builder()
                .setSampler(settings.sampler)
                .setSpanLimits(settings.spanLimits)
                .addSpanProcessor(spans);
        settings.spanProcessors.forEach(tracerProvider::addSpanProcessor);
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(tracerProvider.build())
                .setMeterProvider(SdkMeterProvider.builder()
                        .registerMetricReader(metricReader)
                        .build())
                .setPropagators(ContextPropagators.create(settings.propagator))
                .build();
    }

    /** All since the last {@link #clear}; collecting again adds what came since. */
    synchronized List<MetricData> metrics() {
        metrics.addAll(metricReader.collectAllMetrics());
        return List.copyOf(metrics);
    }

    synchronized void clear() {
        spans.clear();
        metricReader.collectAllMetrics();
        metrics.clear();
    }

    @Override
    public void close() {
        sdk.close();
    }

    /** What an SDK is made of. */
    record Settings(
            TextMapPropagator propagator, Sampler sampler, SpanLimits spanLimits, List<SpanProcessor> spanProcessors) {

        static final Settings DEFAULT = new Settings(
                TextMapPropagator.composite(
                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance()),
                Sampler.parentBased(Sampler.alwaysOn()),
                SpanLimits.getDefault(),
                List.of());

        Settings propagator(TextMapPropagator other) {
            return new Settings(other, sampler, spanLimits, spanProcessors);
        }

        Settings sampler(Sampler other) {
            return new Settings(propagator, other, spanLimits, spanProcessors);
        }

        Settings spanLimits(SpanLimits other) {
            return new Settings(propagator, sampler, other, spanProcessors);
        }

        Settings spanProcessor(SpanProcessor more) {
            List<SpanProcessor> all = new ArrayList<>(spanProcessors);
            all.add(more);
            return new Settings(propagator, sampler, spanLimits, List.copyOf(all));
        }
    }
}
