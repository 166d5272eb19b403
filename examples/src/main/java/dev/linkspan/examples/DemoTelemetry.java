package dev.linkspan.examples;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An OpenTelemetry that keeps its spans for the demo to draw, and exports them where the environment says so. */
final class DemoTelemetry implements AutoCloseable {

    private final InMemorySpanExporter kept = InMemorySpanExporter.create();
    private final @Nullable String endpoint = endpoint(System.getenv("OTEL_EXPORTER_OTLP_ENDPOINT"));
    private final @Nullable WatchedExporter exporter;
    private final OpenTelemetrySdk sdk;

    private DemoTelemetry() {
        SdkTracerProviderBuilder tracing = SdkTracerProvider.builder()
                .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "linkspan-demo")))
                .addSpanProcessor(SimpleSpanProcessor.create(kept));
        exporter = endpoint == null ? null : new WatchedExporter(otlp(endpoint));
        if (exporter != null) {
            tracing.addSpanProcessor(BatchSpanProcessor.builder(exporter).build());
        }
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(tracing.build())
                .setPropagators(ContextPropagators.create(TextMapPropagator.composite(
                        W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
                .build();
    }

    private static OtlpHttpSpanExporter otlp(String endpoint) {
        String traces = endpoint.endsWith("/") ? endpoint + "v1/traces" : endpoint + "/v1/traces";
        return OtlpHttpSpanExporter.builder().setEndpoint(traces).build();
    }

    /** A variable that is empty counts as unset, as everywhere in OpenTelemetry. */
    private static @Nullable String endpoint(@Nullable String variable) {
        return variable == null || variable.isBlank() ? null : variable.strip();
    }

    static DemoTelemetry start() {
        return new DemoTelemetry();
    }

    OpenTelemetry openTelemetry() {
        return sdk;
    }

    /** Waits for the export, and says what became of it; empty if nothing is exported. */
    String export() {
        if (exporter == null) {
            return "";
        }
        boolean done = sdk.getSdkTracerProvider()
                .forceFlush()
                .join(10, TimeUnit.SECONDS)
                .isSuccess();
        return done && !exporter.failed()
                ? "Exported to " + endpoint + "."
                : "Not exported: " + endpoint
                        + " did not take them. Is a collector listening there, for OTLP over HTTP?";
    }

    List<SpanData> spans() {
        return kept.getFinishedSpanItems();
    }

    /** The one span of that name, what is below it, and the traces of the first few that it links to. */
    List<SpanData> batchWithFirstProducers(String name, int producers) {
        List<SpanData> spans = spans();
        SpanData batch = spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
        Set<String> traces = new HashSet<>();
        traces.add(batch.getTraceId());
        batch.getLinks().stream()
                .limit(producers)
                .forEach(link -> traces.add(link.getSpanContext().getTraceId()));
        return spans.stream().filter(span -> traces.contains(span.getTraceId())).toList();
    }

    static boolean isConsumer(SpanData span) {
        return span.getKind() == SpanKind.CONSUMER;
    }

    static boolean isLinkedRoot(SpanData span) {
        return !span.getParentSpanContext().isValid() && !span.getLinks().isEmpty();
    }

    @Override
    public void close() {
        sdk.close();
    }
}
