package dev.linkspan.batch;

import static dev.linkspan.batch.Order.linkedSpans;
import static dev.linkspan.batch.Order.spanId;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.propagation.PayloadCarrier;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that nobody sent, and what they read. */
class LinkedJobTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final MessagingTelemetry messaging = MessagingTelemetry.create(otel.openTelemetry());
    private final LinkedJob job = LinkedJob.create(otel.openTelemetry(), "nightly invoices");

    @Test
    void run_is_a_root_of_kind_internal_with_the_jobs_name_and_a_link_for_each_record() {
        job.run(run -> {
            run.read(Order.from(2).headers());
            run.read(json(1));
            run.read(Map.of("order", 7));
        });

        SpanData span = theSpan();
        assertThat(span.getName()).isEqualTo("nightly invoices");
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(linkedSpans(span)).containsExactly(spanId(2), spanId(1));
        assertThat(span.getAttributes().asMap()).isEqualTo(Map.of(longKey("linkspan.job.record_count"), 3L));
        assertThat(span.getInstrumentationScopeInfo().getName()).isEqualTo("dev.linkspan.batch");
        assertThat(otel.metrics()).noneMatch(metric -> metric.getName().startsWith("messaging."));
    }

    @Test
    void context_that_was_stored_in_a_map_or_as_json_is_what_the_job_links_to() {
        Map<String, Object> row = new HashMap<>(Map.of("item", "chair"));
        String[] column = new String[1];
        List<Span> writers = new ArrayList<>();
        write("writes a map", writers, () -> messaging.inject(PayloadCarrier.ofMap(), row));
        write("writes a column", writers, () -> {
            Map<String, Object> context = new HashMap<>();
            messaging.inject(PayloadCarrier.ofMap(), context);
            column[0] = PayloadCarrier.toJson(context);
        });
        job.run(run -> {
            run.read(row);
            run.read(column[0]);
        });

        assertThat(row).containsKeys("item", "traceparent");
        assertThat(linkedSpans(otel.spans().get(2)))
                .containsExactlyElementsOf(writers.stream()
                        .map(writer -> writer.getSpanContext().getSpanId())
                        .toList());
    }

    @Test
    void links_are_bounded_spread_and_counted() {
        job.run(run -> IntStream.rangeClosed(1, 10_000).forEach(i -> run.read(json(i))));

        SpanData span = theSpan();
        assertThat(linkedSpans(span)).hasSize(128).startsWith(spanId(1));
        assertThat(Integer.parseInt(linkedSpans(span).get(127), 16)).isGreaterThan(9_900);
        assertThat(span.getTotalRecordedLinks()).isEqualTo(128);
        assertThat(span.getAttributes().asMap())
                .isEqualTo(Map.of(
                        longKey("linkspan.job.record_count"), 10_000L, longKey("linkspan.links.left_out"), 9_872L));
        assertThat(otel.metrics())
                .filteredOn(metric -> metric.getName().equals("linkspan.links.left_out"))
                .singleElement()
                .satisfies(metric -> assertThat(metric.getLongSumData().getPoints())
                        .extracting(point -> point.getValue())
                        .containsExactly(9_872L));
    }

    @Test
    void equal_contexts_are_one_link_with_their_number() {
        job.run(run -> IntStream.range(0, 500).forEach(i -> run.read(json(7))));

        assertThat(theSpan().getLinks())
                .singleElement()
                .satisfies(link -> assertThat(link.getAttributes())
                        .isEqualTo(Attributes.of(longKey("linkspan.link.message_count"), 500L)));
    }

    @Test
    void span_that_is_current_where_the_job_starts_is_its_first_link_and_not_its_parent() {
        MessagingTelemetry four = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.maxLinks(4))
                .build();
        Span scheduler = span("scheduler");
        try (Scope scope = scheduler.makeCurrent()) {
            LinkedJob.create(four, "nightly")
                    .run(run -> IntStream.rangeClosed(1, 5).forEach(i -> run.read(json(i))));
        } finally {
            scheduler.end();
        }

        SpanData span = otel.spans().get(0);
        assertThat(span.getTraceId()).isNotEqualTo(scheduler.getSpanContext().getTraceId());
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(linkedSpans(span))
                .containsExactly(scheduler.getSpanContext().getSpanId(), spanId(1), spanId(2), spanId(5));
    }

    @Test
    void what_the_job_does_is_below_it() {
        String result = job.<String, RuntimeException>call(run -> {
            span("query").end();
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(otel.spans().get(0).getParentSpanId())
                .isEqualTo(otel.spans().get(1).getSpanId());
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
    }

    @Test
    void what_the_job_throws_comes_out_as_the_same_object_and_makes_the_span_an_error() {
        IOException failure = new IOException("no database");
        assertThatThrownBy(() -> job.run(run -> {
                    run.read(json(1));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> job.call(run -> {
                    throw failure;
                }))
                .isSameAs(failure);

        assertThat(otel.spans())
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR));
        assertThat(linkedSpans(otel.spans().get(0))).containsExactly(spanId(1));
    }

    @Test
    void records_that_hold_rubbish_are_counted_and_stop_nothing() {
        Map<String, Object> odd = new HashMap<>();
        odd.put(null, null);
        odd.put("traceparent", List.of(1));
        job.run(run -> {
            run.read((String) null);
            run.read((Map<String, Object>) null);
            run.read("{\"traceparent\":");
            run.read("{\"traceparent\":\"" + "x".repeat(20_000) + "\"}");
            run.read(odd);
            run.read(json(1));
        });

        assertThat(linkedSpans(theSpan())).containsExactly(spanId(1));
        assertThat(theSpan().getAttributes().get(longKey("linkspan.job.record_count")))
                .isEqualTo(6);
    }

    @Test
    void context_that_is_not_trusted_is_linked_unsampled() {
        MessagingTelemetry untrusting = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.trusted(false))
                .build();
        LinkedJob.create(untrusting, "nightly").run(run -> run.read(json(1)));

        assertThat(theSpan().getLinks().get(0).getSpanContext().isSampled()).isFalse();
    }

    @Test
    void kill_switches_hold_for_jobs() {
        MessagingTelemetry deaf = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.propagation(false))
                .build();
        MessagingTelemetry off = MessagingTelemetry.builder(otel.openTelemetry())
                .policy(policy -> policy.tracing(false))
                .build();
        LinkedJob.create(deaf, "deaf").run(run -> run.read(json(1)));
        LinkedJob.create(off, "off").run(run -> run.read(json(1)));

        assertThat(theSpan().getName()).isEqualTo("deaf");
        assertThat(theSpan().getLinks()).isEmpty();
    }

    @Test
    void records_may_be_read_by_many_threads() {
        job.run(run -> CompletableFuture.allOf(IntStream.range(0, 4)
                        .mapToObj(part -> CompletableFuture.runAsync(() ->
                                IntStream.range(0, 1_000).forEach(i -> run.read(json(part * 1_000 + i + 1)))))
                        .toArray(CompletableFuture<?>[]::new))
                .join());

        assertThat(theSpan().getAttributes().get(longKey("linkspan.job.record_count")))
                .isEqualTo(4_000);
        assertThat(theSpan().getAttributes().get(longKey("linkspan.links.left_out")))
                .isEqualTo(3_872);
    }

    @Test
    void run_that_is_over_takes_no_more_links() {
        List<JobRun> kept = new ArrayList<>();
        job.run(kept::add);
        kept.get(0).read(json(1));

        assertThat(theSpan().getLinks()).isEmpty();
    }

    @Test
    void missing_arguments_are_named() {
        assertThatThrownBy(() -> LinkedJob.create(messaging, null)).hasMessageContaining("name");
        assertThatThrownBy(() -> LinkedJob.create((MessagingTelemetry) null, "job"))
                .hasMessageContaining("messaging");
        assertThatThrownBy(() -> job.run(null)).hasMessageContaining("job");
        assertThatThrownBy(() -> job.call(null)).hasMessageContaining("job");
    }

    private static String json(int writer) {
        return PayloadCarrier.toJson(Order.from(writer).headers());
    }

    private static void write(String name, List<Span> writers, Runnable write) {
        Span span = span(name);
        writers.add(span);
        try (Scope scope = span.makeCurrent()) {
            write.run();
        } finally {
            span.end();
        }
    }

    private static Span span(String name) {
        return otel.openTelemetry().getTracer("shop").spanBuilder(name).startSpan();
    }

    private static SpanData theSpan() {
        assertThat(otel.spans()).hasSize(1);
        return otel.spans().get(0);
    }
}
