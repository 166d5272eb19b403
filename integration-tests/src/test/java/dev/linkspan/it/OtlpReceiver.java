package dev.linkspan.it;

import static io.opentelemetry.api.common.AttributeKey.stringKey;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes the spans that another process exports by OTLP over HTTP, as far as scenarios look at them. */
final class OtlpReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<SpanData> spans = new CopyOnWriteArrayList<>();

    OtlpReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::receive);
        server.start();
    }

    String endpoint() {
        return "http://" + server.getAddress().getHostString() + ":"
                + server.getAddress().getPort();
    }

    /** All so far, in the order in which they came. */
    List<SpanData> spans() {
        return List.copyOf(spans);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = exchange.getRequestBody()) {
            ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .flatMap(scope -> scope.getSpansList().stream().map(span -> spanOf(scope, span)))
                    .forEach(spans::add);
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static SpanData spanOf(ScopeSpans scope, Span span) {
        String parent = hex(span.getParentSpanId());
        List<LinkData> links = span.getLinksList().stream()
                .map(link -> LinkData.create(
                        context(link.getTraceId(), link.getSpanId(), link.getFlags()),
                        attributes(link.getAttributesList())))
                .toList();
        return TestSpanData.builder()
                .setName(span.getName())
                .setKind(SpanKind.valueOf(span.getKind().name().substring("SPAN_KIND_".length())))
                .setSpanContext(context(span.getTraceId(), span.getSpanId(), span.getFlags()))
                .setParentSpanContext(
                        parent.isEmpty()
                                ? SpanContext.getInvalid()
                                : context(span.getTraceId(), span.getParentSpanId(), span.getFlags()))
                .setInstrumentationScopeInfo(
                        InstrumentationScopeInfo.create(scope.getScope().getName()))
                .setAttributes(attributes(span.getAttributesList()))
                .setLinks(links)
                .setTotalRecordedLinks(links.size() + span.getDroppedLinksCount())
                .setStartEpochNanos(span.getStartTimeUnixNano())
                .setEndEpochNanos(span.getEndTimeUnixNano())
                .setStatus(StatusData.unset())
                .setHasEnded(true)
                .build();
    }

    private static SpanContext context(ByteString traceId, ByteString spanId, int flags) {
        return SpanContext.create(
                hex(traceId), hex(spanId), TraceFlags.fromByte((byte) flags), TraceState.getDefault());
    }

    private static Attributes attributes(List<KeyValue> attributes) {
        AttributesBuilder all = Attributes.builder();
        for (KeyValue attribute : attributes) {
            switch (attribute.getValue().getValueCase()) {
                case STRING_VALUE ->
                    all.put(stringKey(attribute.getKey()), attribute.getValue().getStringValue());
                case INT_VALUE ->
                    all.put(attribute.getKey(), attribute.getValue().getIntValue());
                case BOOL_VALUE ->
                    all.put(attribute.getKey(), attribute.getValue().getBoolValue());
                default -> {} // no messaging attribute is of another type
            }
        }
        return all.build();
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }
}
