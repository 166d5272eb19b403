package dev.linkspan.propagation;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An OpenTelemetry SDK whose spans and metrics the test can read. */
final class RecordedTelemetry {

    static final TextMapPropagator W3C =
            TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance());

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    final OpenTelemetry openTelemetry;

    private RecordedTelemetry(TextMapPropagator propagator, Sampler sampler, List<SpanProcessor> processors) {
        this(propagator, sampler, processors, true);
    }

    private RecordedTelemetry(
            TextMapPropagator propagator, Sampler sampler, List<SpanProcessor> processors, boolean measured) {
        var tracing =
                SdkTracerProvider.builder().setSampler(sampler).addSpanProcessor(SimpleSpanProcessor.create(spans));
        processors.forEach(tracing::addSpanProcessor);
        openTelemetry = OpenTelemetrySdk.builder()
                .setTracerProvider(tracing.build())
                .setMeterProvider(
                        measured
                                ? SdkMeterProvider.builder()
                                        .registerMetricReader(metrics)
                                        .build()
                                : SdkMeterProvider.builder().build())
                .setPropagators(ContextPropagators.create(propagator))
                .build();
    }

    static RecordedTelemetry create() {
        return new RecordedTelemetry(W3C, Sampler.parentBased(Sampler.alwaysOn()), List.of());
    }

    /** With spans, and metrics that nobody reads. */
    static RecordedTelemetry withoutMetrics() {
        return new RecordedTelemetry(W3C, Sampler.parentBased(Sampler.alwaysOn()), List.of(), false);
    }

    static RecordedTelemetry withPropagator(TextMapPropagator propagator) {
        return new RecordedTelemetry(propagator, Sampler.parentBased(Sampler.alwaysOn()), List.of());
    }

    static RecordedTelemetry withSampler(Sampler sampler) {
        return new RecordedTelemetry(W3C, sampler, List.of());
    }

    static RecordedTelemetry withProcessor(SpanProcessor processor) {
        return new RecordedTelemetry(W3C, Sampler.parentBased(Sampler.alwaysOn()), List.of(processor));
    }

    MessagingTelemetry messaging() {
        return MessagingTelemetry.create(openTelemetry);
    }

    MessagingTelemetry messaging(UnaryOperator<MessagingPolicy> policy) {
        return MessagingTelemetry.builder(openTelemetry).policy(policy).build();
    }

    Span startSpan(String name) {
        return openTelemetry.getTracer("application").spanBuilder(name).startSpan();
    }

    /** All finished spans, in the order in which they ended. */
    List<SpanData> spans() {
        return spans.getFinishedSpanItems();
    }

    void forgetSpans() {
        spans.reset();
    }

    List<SpanData> spans(String name) {
        return spans().stream().filter(span -> span.getName().equals(name)).toList();
    }

    /** The one span of this name. */
    SpanData span(String name) {
        List<SpanData> named = spans(name);
        assertThat(named).as("spans named '%s' among %s", name, names()).hasSize(1);
        return named.get(0);
    }

    List<String> names() {
        return spans().stream().map(SpanData::getName).toList();
    }

    /** The points of a counter; empty if it never counted. */
    Map<Attributes, Long> counter(String name) {
        return metrics.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals(name))
                .flatMap(metric -> metric.getLongSumData().getPoints().stream())
                .collect(toMap(LongPointData::getAttributes, LongPointData::getValue));
    }

    /** The sum over the points of a counter that have this attribute. */
    long count(String name, String key, String value) {
        return counter(name).entrySet().stream()
                .filter(point -> value.equals(point.getKey().get(AttributeKey.stringKey(key))))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    long count(String name) {
        return counter(name).values().stream().mapToLong(Long::longValue).sum();
    }

    /** How often telemetry failed at a place and was kept from the application. */
    long errors(String site) {
        return count("linkspan.telemetry.errors", "linkspan.site", site);
    }

    MetricData metric(String name) {
        return metrics.collectAllMetrics().stream()
                .filter(metric -> metric.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    /** What identifies a span: trace and span. */
    static String id(SpanContext context) {
        return context.getTraceId() + "/" + context.getSpanId();
    }

    static String id(SpanData span) {
        return id(span.getSpanContext());
    }

    /** What a span links to, in order. */
    static List<String> links(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(RecordedTelemetry::id)
                .toList();
    }

    static boolean isRoot(SpanData span) {
        return !span.getParentSpanContext().isValid();
    }

    static boolean isChild(SpanData span, SpanContext parent) {
        return id(span.getParentSpanContext()).equals(id(parent));
    }
}
