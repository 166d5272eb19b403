package dev.linkspan.kafka;

import static dev.linkspan.testing.LinkspanAssertions.assertThatMetrics;
import static dev.linkspan.testing.LinkspanAssertions.assertThatSpans;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An OpenTelemetry SDK that keeps in memory all it is given. */
final class RecordedTelemetry implements AutoCloseable {

    static final TextMapPropagator W3C =
            TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance());

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final OpenTelemetrySdk sdk;

    private RecordedTelemetry(TextMapPropagator propagator, UnaryOperator<SdkTracerProviderBuilder> change) {
        SdkTracerProviderBuilder tracing =
                SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter));
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(change.apply(tracing).build())
                .setMeterProvider(
                        SdkMeterProvider.builder().registerMetricReader(metrics).build())
                .setPropagators(ContextPropagators.create(propagator))
                .build();
    }

    static RecordedTelemetry create() {
        return new RecordedTelemetry(W3C, UnaryOperator.identity());
    }

    static RecordedTelemetry propagating(TextMapPropagator propagator) {
        return new RecordedTelemetry(propagator, UnaryOperator.identity());
    }

    static RecordedTelemetry tracing(UnaryOperator<SdkTracerProviderBuilder> change) {
        return new RecordedTelemetry(W3C, change);
    }

    OpenTelemetry sdk() {
        return sdk;
    }

    /** Runs some work inside a span of the application. */
    SpanContext inSpan(String name, Runnable work) {
        Span span = sdk.getTracer("application").spanBuilder(name).startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
        return span.getSpanContext();
    }

    List<SpanData> spans() {
        return exporter.getFinishedSpanItems();
    }

    List<SpanData> spans(String name) {
        return spans().stream().filter(span -> span.getName().equals(name)).toList();
    }

    /** The one span of that name. */
    SpanData span(String name) {
        List<SpanData> spans = spans(name);
        assertThat(spans).as("spans named '%s' of %s", name, spans()).hasSize(1);
        return spans.get(0);
    }

    /** The one span. */
    SpanData span() {
        assertThat(spans()).hasSize(1);
        return spans().get(0);
    }

    void forgetSpans() {
        exporter.reset();
    }

    /** A counter's values by attributes; empty if it never counted. */
    Map<Attributes, Long> counted(String metric) {
        return metrics.collectAllMetrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getLongSumData().getPoints().stream())
                .collect(toMap(point -> point.getAttributes(), point -> point.getValue()));
    }

    /** How many values a histogram has, by attributes. */
    Map<Attributes, Long> measured(String metric) {
        return metrics.collectAllMetrics().stream()
                .filter(data -> data.getName().equals(metric))
                .flatMap(data -> data.getHistogramData().getPoints().stream())
                .collect(toMap(point -> point.getAttributes(), point -> point.getCount()));
    }

    /** A counter's sums by the value of one attribute. */
    Map<String, Long> counted(String metric, String attribute) {
        return counted(metric).entrySet().stream()
                .collect(toMap(
                        entry -> String.valueOf(entry.getKey().get(AttributeKey.stringKey(attribute))),
                        Map.Entry::getValue,
                        Long::sum));
    }

    long total(String metric) {
        return counted(metric).values().stream().mapToLong(Long::longValue).sum();
    }

    static List<String> linkedSpans(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(SpanContext::getSpanId)
                .toList();
    }

    /** Also looks whether all that was recorded follows the conventions. */
    @Override
    public void close() {
        try {
            assertThatSpans(spans()).followsConventions();
            assertThatMetrics(metrics.collectAllMetrics()).followsConventions();
        } finally {
            sdk.close();
        }
    }
}
