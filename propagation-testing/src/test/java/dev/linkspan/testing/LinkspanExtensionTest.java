package dev.linkspan.testing;

import static dev.linkspan.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LinkspanExtensionTest {

    private static final ExtensionContext NOT_USED = null;

    @RegisterExtension
    static final LinkspanExtension registered = LinkspanExtension.create();

    private final LinkspanExtension linkspan = LinkspanExtension.create();

    @Test
    void registered_extension_forgets_what_the_other_test_left() {
        assertThat(registered.spans()).isEmpty();
        tracer(registered).spanBuilder("a").startSpan().end();
        registered.assertThatSpans().hasOnlySpans("a");
    }

    @Test
    void registered_extension_forgets_what_this_test_left() {
        assertThat(registered.spans()).isEmpty();
        tracer(registered).spanBuilder("b").startSpan().end();
        registered.assertThatSpans().hasOnlySpans("b");
    }

    @Test
    void spans_and_metrics_are_those_of_one_test() {
        var counter =
                linkspan.openTelemetry().getMeter("test").counterBuilder("c").build();
        linkspan.beforeEach(NOT_USED);
        tracer(linkspan).spanBuilder("a").startSpan().end();
        counter.add(2);
        linkspan.assertThatMetrics().hasTotal("c", 2);
        counter.add(1);
        linkspan.assertThatMetrics().hasTotal("c", 3);
        assertThat(linkspan.spans()).extracting(SpanData::getName).containsExactly("a");
        linkspan.afterEach(NOT_USED);

        linkspan.beforeEach(NOT_USED);
        assertThat(linkspan.spans()).isEmpty();
        linkspan.assertThatMetrics().hasTotal("c", 0);
        linkspan.afterEach(NOT_USED);
    }

    @Test
    void span_that_an_earlier_test_left_open_does_not_show_up_in_a_later_one() {
        linkspan.beforeEach(NOT_USED);
        Span late = tracer(linkspan).spanBuilder("late").startSpan();
        linkspan.beforeEach(NOT_USED);
        late.end();

        assertThat(linkspan.spans()).isEmpty();
        linkspan.afterEach(NOT_USED);
    }

    @Test
    void span_that_never_ends_fails_the_test() {
        linkspan.beforeEach(NOT_USED);
        Span span = tracer(linkspan).spanBuilder("send orders").startSpan();

        assertFails(
                () -> linkspan.afterEach(NOT_USED),
                "Expected that every span that the test started has ended",
                "A span has not ended - [a1] send orders",
                "[a1] send orders (internal, not ended)");
        span.end();
    }

    @Test
    void span_that_ends_on_another_thread_soon_does_not_fail_the_test() {
        linkspan.beforeEach(NOT_USED);
        Span span = tracer(linkspan).spanBuilder("send orders").startSpan();
        Thread other = new Thread(span::end);
        other.start();

        linkspan.afterEach(NOT_USED);
    }

    @Test
    @SuppressWarnings("MustBeClosedChecker") // that is the mistake
    void context_that_stays_current_fails_the_test_and_no_other() {
        linkspan.beforeEach(NOT_USED);
        Span span = tracer(linkspan).spanBuilder("send orders").startSpan();
        Scope forgotten = span.makeCurrent();
        span.end();

        assertFails(
                () -> linkspan.afterEach(NOT_USED),
                "Expected that the test leaves its thread's context as it was",
                "close the scope of makeCurrent()");
        assertThat(Context.current()).isSameAs(Context.root());
        forgotten.close();
    }

    @Test
    void awaited_spans_may_end_on_another_thread() {
        linkspan.beforeEach(NOT_USED);
        new Thread(() -> tracer(linkspan).spanBuilder("a").startSpan().end()).start();

        assertThat(linkspan.awaitSpans(1)).hasSize(1);
    }

    @Test
    void spans_awaited_in_vain_are_told_with_those_that_are_open() {
        linkspan.beforeEach(NOT_USED);
        tracer(linkspan).spanBuilder("a").startSpan().end();
        Span open = tracer(linkspan).spanBuilder("b").startSpan();

        assertFails(
                () -> linkspan.awaitSpans(2, Duration.ofMillis(20)),
                "Expected that 2 spans would end within 20 ms, but 1 did, and 1 span did not.",
                "] a (internal)",
                "] b (internal, not ended)");
        open.end();
    }

    @Test
    void sampler_limits_propagators_and_processors_can_be_set() {
        LinkspanExtension changed = LinkspanExtension.create()
                .sampler(Sampler.alwaysOff())
                .propagators()
                .spanLimits(SpanLimits.builder().setMaxNumberOfLinks(1).build());

        tracer(changed).spanBuilder("a").startSpan().end();

        assertThat(changed.spans()).isEmpty();
        assertThat(changed.openTelemetry()
                        .getPropagators()
                        .getTextMapPropagator()
                        .fields())
                .isEmpty();
    }

    @Test
    void global_telemetry_lasts_as_long_as_the_test() {
        LinkspanExtension global = LinkspanExtension.create().asGlobal();
        global.beforeEach(NOT_USED);
        GlobalOpenTelemetry.getTracer("test").spanBuilder("a").startSpan().end();
        global.afterEach(NOT_USED);

        assertThat(global.spans()).hasSize(1);
        assertThat(GlobalOpenTelemetry.getTracer("test")
                        .spanBuilder("b")
                        .startSpan()
                        .getSpanContext()
                        .isValid())
                .isFalse();
        GlobalOpenTelemetry.resetForTest();
    }

    private static Tracer tracer(LinkspanExtension extension) {
        return extension.openTelemetry().getTracer("test");
    }
}
