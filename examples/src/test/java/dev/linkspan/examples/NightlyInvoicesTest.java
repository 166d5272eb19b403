package dev.linkspan.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class NightlyInvoicesTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void job_is_a_trace_of_its_own_that_links_to_the_requests() {
        NightlyInvoices invoices = new NightlyInvoices(otel.openTelemetry());
        for (String order : List.of("chair", "table")) {
            Span request = otel.openTelemetry()
                    .getTracer("shop")
                    .spanBuilder("POST /orders " + order)
                    .startSpan();
            try (Scope scope = request.makeCurrent()) {
                invoices.store(order);
            } finally {
                request.end();
            }
        }

        assertThat(invoices.run()).containsExactly("invoice for chair", "invoice for table");

        List<SpanData> spans = otel.spans();
        SpanData job = spans.get(2);
        assertThat(job.getName()).isEqualTo("nightly invoices");
        assertThat(job.getParentSpanContext().isValid()).isFalse();
        assertThat(job.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(spans.get(0).getSpanId(), spans.get(1).getSpanId());
    }
}
