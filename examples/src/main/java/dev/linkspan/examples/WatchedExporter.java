package dev.linkspan.examples;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/** An exporter that remembers whether all went well: the SDK only logs it. */
final class WatchedExporter implements SpanExporter {

    private final SpanExporter exporter;
    private volatile boolean failed;

    WatchedExporter(SpanExporter exporter) {
        this.exporter = exporter;
    }

    boolean failed() {
        return failed;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = exporter.export(spans);
        result.whenComplete(() -> failed |= !result.isSuccess());
        return result;
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
