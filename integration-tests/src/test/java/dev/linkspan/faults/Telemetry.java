package dev.linkspan.faults;

import dev.linkspan.propagation.MessagingPolicy;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import java.util.function.UnaryOperator;

/** OpenTelemetry as one run has it: whole, unless a fault breaks a part of it. */
public final class Telemetry implements AutoCloseable {

    public static final TextMapPropagator W3C =
            TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance());

    public final Spans spans = new Spans();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private TextMapPropagator propagator = W3C;
    private UnaryOperator<SdkTracerProviderBuilder> tracing = UnaryOperator.identity();
    private UnaryOperator<OpenTelemetry> replacement = UnaryOperator.identity();
    private UnaryOperator<MessagingPolicy> policy = UnaryOperator.identity();
    private boolean countLast;
    private OpenTelemetrySdk sdk;
    private OpenTelemetry used;

    public Telemetry propagator(TextMapPropagator broken) {
        propagator = broken;
        return this;
    }

    /** Changes what follows the span processor that counts. */
    public Telemetry tracing(UnaryOperator<SdkTracerProviderBuilder> change) {
        tracing = change;
        return this;
    }

    /** Counts the spans only that passed all other processors: one that breaks at the start is never handed out. */
    public Telemetry countLast() {
        countLast = true;
        return this;
    }

    /** Puts something in the place of the SDK. */
    public Telemetry replace(UnaryOperator<OpenTelemetry> other) {
        replacement = other;
        return this;
    }

    public Telemetry policy(UnaryOperator<MessagingPolicy> change) {
        policy = change;
        return this;
    }

    UnaryOperator<MessagingPolicy> policy() {
        return policy;
    }

    /** The same each time. */
    public OpenTelemetry openTelemetry() {
        if (used == null) {
            SdkTracerProviderBuilder builder = SdkTracerProvider.builder();
            builder = countLast
                    ? tracing.apply(builder).addSpanProcessor(spans)
                    : tracing.apply(builder.addSpanProcessor(spans));
            sdk = OpenTelemetrySdk.builder()
                    .setTracerProvider(builder.build())
                    .setMeterProvider(SdkMeterProvider.builder()
                            .registerMetricReader(metrics)
                            .build())
                    .setPropagators(ContextPropagators.create(propagator))
                    .build();
            used = replacement.apply(sdk);
        }
        return used;
    }

    /** A counter's sum over all attributes. */
    public long counted(String metric) {
        return metrics.collectAllMetrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .mapToLong(point -> point.getValue())
                .sum();
    }

    /** As {@link #counted(String)}, of the points with this attribute. */
    public long counted(String metric, String attribute, String value) {
        return metrics.collectAllMetrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .filter(point -> value.equals(point.getAttributes().get(AttributeKey.stringKey(attribute))))
                .mapToLong(point -> point.getValue())
                .sum();
    }

    /** What the fault broke may break the end as well. */
    @Override
    public void close() {
        try {
            if (sdk != null) {
                sdk.close();
            }
        } catch (Throwable broken) {
            // that it is broken is the test
        }
    }
}
