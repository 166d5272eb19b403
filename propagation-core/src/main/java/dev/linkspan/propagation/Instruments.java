package dev.linkspan.propagation;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerBuilder;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** The tracer and the instruments of one instrumentation scope. Recording never throws. */
final class Instruments {

    final Tracer tracer;
    private final DoubleHistogram operationDuration;
    private final DoubleHistogram processDuration;
    private final LongCounter sent;
    private final LongCounter consumed;
    private final LongCounter extractions;
    private final LongCounter injections;
    private final LongCounter rejections;
    private final LongCounter linksLeftOut;
    final TelemetryErrors errors;
    /** Whether nobody collects what would be measured. */
    final boolean isNoop;

    Instruments(OpenTelemetry openTelemetry, String scope, @Nullable String version, TelemetryErrors errors) {
        this.errors = errors;
        TracerBuilder tracerBuilder = openTelemetry.tracerBuilder(scope).setSchemaUrl(Semconv.SCHEMA_URL);
        if (version != null) {
            tracerBuilder.setInstrumentationVersion(version);
        }
        tracer = tracerBuilder.build();
        Meter meter = meter(openTelemetry, scope, version);
        isNoop = meter.getClass() == MeterProvider.noop().get(scope).getClass();
        operationDuration = duration(
                meter,
                Semconv.OPERATION_DURATION,
                "Duration of messaging operation initiated by a producer or consumer client.");
        processDuration = duration(meter, Semconv.PROCESS_DURATION, "Duration of processing operation.");
        sent = counter(
                meter,
                Semconv.SENT_MESSAGES,
                "{message}",
                "Number of messages producer attempted to send to the broker.");
        consumed = counter(
                meter,
                Semconv.CONSUMED_MESSAGES,
                "{message}",
                "Number of messages that were delivered to the application.");
        extractions = counter(
                meter, Semconv.EXTRACTIONS, "{message}", "Messages by what their headers said of their producer.");
        injections = counter(
                meter, Semconv.INJECTIONS, "{message}", "Messages by what was done to their headers when sent.");
        rejections = counter(
                meter, Semconv.REJECTIONS, "{field}", "Header fields that were cut, dropped or left out, by reason.");
        linksLeftOut = counter(
                meter,
                Semconv.LEFT_OUT,
                "{message}",
                "Messages that no link stands for, because their span had enough.");
    }

    static Meter meter(OpenTelemetry openTelemetry, String scope, @Nullable String version) {
        MeterBuilder builder =
                openTelemetry.getMeterProvider().meterBuilder(scope).setSchemaUrl(Semconv.SCHEMA_URL);
        if (version != null) {
            builder.setInstrumentationVersion(version);
        }
        return builder.build();
    }

    static LongCounter counter(Meter meter, String name, String unit, String description) {
        return meter.counterBuilder(name)
                .setUnit(unit)
                .setDescription(description)
                .build();
    }

    private static DoubleHistogram duration(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(Semconv.DURATION_BUCKETS)
                .build();
    }

    /** {@link System#nanoTime()}; 0 where no duration is wanted, for to read the clock twice is a tenth of a send. */
    long now() {
        return isNoop ? 0 : System.nanoTime();
    }

    /** @param context the one that exemplars point to */
    void duration(Semconv.Type type, long nanos, Attributes attributes, Context context) {
        try {
            (type == Semconv.Type.PROCESS ? processDuration : operationDuration)
                    .record(nanos / 1e9, attributes, context);
        } catch (Throwable t) {
            errors.add("metrics", t);
        }
    }

    void sent(long messages, Attributes attributes) {
        add(sent, messages, attributes);
    }

    void consumed(long messages, Attributes attributes) {
        add(consumed, messages, attributes);
    }

    void extracted(long messages, Attributes attributes) {
        add(extractions, messages, attributes);
    }

    void injected(long messages, Attributes attributes) {
        add(injections, messages, attributes);
    }

    void rejected(long fields, Attributes attributes) {
        add(rejections, fields, attributes);
    }

    void linksLeftOut(long messages, Attributes attributes) {
        add(linksLeftOut, messages, attributes);
    }

    private void add(LongCounter counter, long value, Attributes attributes) {
        try {
            counter.add(value, attributes);
        } catch (Throwable t) {
            errors.add("metrics", t);
        }
    }
}
