package dev.linkspan.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StoredContextTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void a_column_holds_the_current_span_as_json() {
        MessagingTelemetry messaging =
                MessagingTelemetry.builder(otel.openTelemetry()).build();
        Span span = otel.openTelemetry().getTracer("test").spanBuilder("job").startSpan();

        String column;
        try (Scope scope = span.makeCurrent()) {
            column = StoredContext.column(messaging);
        } finally {
            span.end();
        }

        assertThat(column)
                .startsWith("{\"traceparent\":\"00-" + span.getSpanContext().getTraceId() + "-");
    }
}
