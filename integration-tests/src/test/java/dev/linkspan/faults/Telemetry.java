package dev.linkspan.faults;

import dev.linkspan.propagation.MessagingPolicy;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** OpenTelemetry as one run has it: whole, unless a fault breaks a part of it. */
public final class Telemetry implements AutoCloseable {

    public static final TextMapPropagator W3C =
            TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance());

    public final Spans spans = new Spans();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final SdkMeterProvider meters =
            SdkMeterProvider.builder().registerMetricReader(metrics).build();
    private TextMapPropagator propagator = W3C;
    private UnaryOperator<SdkTracerProviderBuilder> tracing = UnaryOperator.identity();
    private UnaryOperator<OpenTelemetry> replacement = UnaryOperator.identity();
    private UnaryOperator<MessagingPolicy> policy = UnaryOperator.identity();
    private final List<Runnable> beforeClose = new ArrayList<>();
    private boolean countLast;
    boolean flushesEach;
    boolean logsEach;
    boolean writesHeaderByHand;
    boolean readsHeaderByHand;

    @Nullable
    Clock clock;

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

    /** The SDK's clock, by which naive tracing takes its times itself. */
    public Telemetry clock(Clock broken) {
        clock = broken;
        return tracing(tracing -> tracing.setClock(broken));
    }

    /** Naive tracing waits until each span is exported, so that none is lost. */
    public Telemetry naiveFlushesEach() {
        flushesEach = true;
        return this;
    }

    /** As many do who want no dependency, and as no version of a propagator can help. */
    public Telemetry naiveReadsHeaderByHand() {
        readsHeaderByHand = true;
        return this;
    }

    /** Naive tracing needs no propagator. */
    public Telemetry naiveWritesHeaderByHand() {
        writesHeaderByHand = true;
        return this;
    }

    /** Naive tracing catches what a propagator throws, and logs it. */
    public Telemetry naiveLogsEach() {
        logsEach = true;
        return this;
    }

    /** What a fault blocks must go on at the end. */
    public Telemetry beforeClose(Runnable release) {
        beforeClose.add(release);
        return this;
    }

    void flush() {
        sdk.getSdkTracerProvider().forceFlush().join(5, TimeUnit.MILLISECONDS);
    }

    /** For parts of the SDK that measure themselves. */
    public SdkMeterProvider meters() {
        return meters;
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
                    .setMeterProvider(meters)
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
            beforeClose.forEach(Runnable::run);
            if (sdk != null) {
                sdk.close();
            }
        } catch (Throwable broken) {
            // that it is broken is the test
        }
    }
}
