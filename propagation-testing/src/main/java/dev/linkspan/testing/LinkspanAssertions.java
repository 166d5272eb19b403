package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;

/**
 * Where to start: assertions on exported spans and metrics, for tests of services that send and receive messages.
 *
 * <pre>{@code
 * assertThatSpans(exporter.getFinishedSpanItems()).propagates("orders");
 * }</pre>
 *
 * <p>The names differ from AssertJ's {@code assertThat}, so that both can be imported.
 */
public final class LinkspanAssertions {

    private LinkspanAssertions() {}

    /**
     * Starts an assertion on spans.
     *
     * @param spans of one test, from every side that took part; copied, so that spans that finish later do not count
     * @throws NullPointerException if spans is null
     */
    public static SpansAssert assertThatSpans(Collection<? extends SpanData> spans) {
        return new SpansAssert(requireNonNull(spans, "spans must be a collection, perhaps an empty one"));
    }

    /**
     * Starts an assertion on messaging metrics.
     *
     * @param metrics as a metric reader collected them, cumulative; copied
     * @throws NullPointerException if metrics is null
     */
    public static MetricsAssert assertThatMetrics(Collection<? extends MetricData> metrics) {
        return new MetricsAssert(requireNonNull(metrics, "metrics must be a collection, perhaps an empty one"));
    }
}
