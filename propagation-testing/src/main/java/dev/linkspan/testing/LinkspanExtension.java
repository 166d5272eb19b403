package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit extension with an OpenTelemetry SDK that remembers spans and metrics, for tests of services that send and
 * receive messages.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LinkspanExtension linkspan = LinkspanExtension.create();
 *
 * @Test
 * void orders_reach_billing() {
 *     var producer = KafkaTelemetry.create(linkspan.openTelemetry()).wrap(kafkaProducer);
 *     ...
 *     linkspan.awaitSpans(3);
 *     linkspan.assertThatSpans().propagates("orders").followsConventions();
 * }
 * }</pre>
 *
 * <p>Before each test it forgets all spans and metrics. After each test it fails the test if a span was started and not
 * ended within ten seconds, or if the test's thread has another {@link Context} current than before: both are mistakes
 * that assertions on finished spans cannot see.
 *
 * <p>The methods that set something return a new extension and are meant to be called where the field is initialized. The
 * SDK is the same for all tests of the extension, so clients may be wrapped once; tests that share it must not run in
 * parallel. Otherwise thread-safe.
 */
public final class LinkspanExtension implements BeforeEachCallback, AfterEachCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_FOR_OPEN_SPANS = Duration.ofSeconds(10);

    private final TestTelemetry.Settings settings;
    private final boolean global;
    /** Made when it is first asked for, so that none is made for the steps of a configuration. */
    private @Nullable TestTelemetry made;

    private Context before = Context.root();

    private LinkspanExtension(TestTelemetry.Settings settings, boolean global) {
        this.settings = settings;
        this.global = global;
    }

    private synchronized TestTelemetry telemetry() {
        if (made == null) {
            made = new TestTelemetry(settings);
        }
        return made;
    }

    /** With W3C trace context and baggage, sampling everything, with the SDK's default limits. */
    public static LinkspanExtension create() {
        return new LinkspanExtension(TestTelemetry.Settings.DEFAULT, false);
    }

    /** With these propagators in place of W3C's. */
    public LinkspanExtension propagators(TextMapPropagator... propagators) {
        return new LinkspanExtension(settings.propagator(TextMapPropagator.composite(propagators)), global);
    }

    /** With this sampler; without it, everything is sampled except below an unsampled parent. */
    public LinkspanExtension sampler(Sampler sampler) {
        return new LinkspanExtension(settings.sampler(requireNonNull(sampler, "sampler must not be null")), global);
    }

    /** With these limits on links, attributes and events. */
    public LinkspanExtension spanLimits(SpanLimits limits) {
        return new LinkspanExtension(settings.spanLimits(requireNonNull(limits, "limits must not be null")), global);
    }

    /** With one more span processor, after the one that remembers spans. */
    public LinkspanExtension spanProcessor(SpanProcessor processor) {
        return new LinkspanExtension(
                settings.spanProcessor(requireNonNull(processor, "processor must not be null")), global);
    }

    /**
     * Also as {@link GlobalOpenTelemetry} while a test runs, for code that takes its telemetry from there. A global one that
     * was set before is lost.
     */
    public LinkspanExtension asGlobal() {
        return new LinkspanExtension(settings, true);
    }

    /** The SDK. */
    public OpenTelemetry openTelemetry() {
        return telemetry().sdk;
    }

    /** The spans of this test that have ended and were sampled, in the order in which they ended. */
    public List<SpanData> spans() {
        return telemetry().spans.finished();
    }

    /**
     * Waits until so many spans of this test have ended, 30 seconds at most.
     *
     * @param count at least so many
     * @return all that have ended by then, perhaps more
     * @throws AssertionError if there are fewer; its message draws those that there are, and those still open
     */
    public List<SpanData> awaitSpans(int count) {
        return awaitSpans(count, PATIENCE);
    }

    /**
     * As {@link #awaitSpans(int)}, with a deadline of one's own.
     *
     * @param atMost how long
     */
    public List<SpanData> awaitSpans(int count, Duration atMost) {
        if (!telemetry().spans.awaitFinished(count, atMost)) {
            List<SpanData> all = new ArrayList<>(spans());
            int finished = all.size();
            all.addAll(telemetry().spans.open());
            throw new AssertionError("Expected that " + Text.count(count, "span") + " would end within "
                    + atMost.toMillis() + " ms, but " + (finished == 0 ? "none" : Text.number(finished)) + " did, and "
                    + Text.count(all.size() - finished, "span") + " did not.\n\nThe traces:\n\n" + TraceTree.of(all)
                    + "\n");
        }
        return spans();
    }

    /**
     * The metrics of this test. Each call adds what was recorded since the one before, as further points, so that points of
     * one metric add up to its value.
     */
    public List<MetricData> metrics() {
        return telemetry().metrics();
    }

    /** Starts an assertion on {@link #spans()}. */
    public SpansAssert assertThatSpans() {
        return LinkspanAssertions.assertThatSpans(spans());
    }

    /** Starts an assertion on {@link #metrics()}. */
    public MetricsAssert assertThatMetrics() {
        return LinkspanAssertions.assertThatMetrics(metrics());
    }

    /** Forgets all spans and metrics so far, to look at a part of a test alone. */
    public void reset() {
        telemetry().clear();
    }

    /** Called by JUnit. */
    @Override
    public void beforeEach(ExtensionContext test) {
        telemetry().clear();
        before = Context.current();
        if (global) {
            GlobalOpenTelemetry.resetForTest();
            GlobalOpenTelemetry.set(telemetry().sdk);
        }
    }

    /** Called by JUnit. */
    @Override
    public void afterEach(ExtensionContext test) {
        if (global) {
            GlobalOpenTelemetry.resetForTest();
        }
        String problems = leakedContext();
        if (!telemetry().spans.awaitNoneOpen(PATIENCE_FOR_OPEN_SPANS)) {
            List<SpanData> all = new ArrayList<>(telemetry().spans.open());
            all.addAll(spans());
            Traces traces = new Traces(all);
            problems += Report.of("every span that the test started has ended", SpanChecks.allEnded(traces), traces);
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(problems);
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // the scope that should have been closed is out of reach
    private String leakedContext() {
        Context after = Context.current();
        if (after == before) {
            return "";
        }
        before.makeCurrent();
        return "Expected that the test leaves its thread's context as it was, but " + after + " is still current, with "
                + Span.fromContext(after) + ".\n   To do: close the scope of makeCurrent(), on the thread that made it,"
                + " in a finally block or try-with-resources.\n\n";
    }
}
