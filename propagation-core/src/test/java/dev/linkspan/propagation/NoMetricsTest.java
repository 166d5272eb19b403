package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Spans do not depend on whether anybody reads the metrics, for whom the clock is not asked then. */
class NoMetricsTest {

    private static final ToyMessage MESSAGE = ToyMessage.to("orders").header("traceparent", Headers.TRACEPARENT);

    @Test
    void every_operation_makes_the_spans_that_it_makes_with_metrics() {
        RecordedTelemetry measured = RecordedTelemetry.create();
        RecordedTelemetry without = RecordedTelemetry.withoutMetrics();
        everyOperation(measured);
        everyOperation(without);

        assertThat(without.spans().stream().map(NoMetricsTest::line))
                .hasSizeGreaterThan(7)
                .containsExactlyElementsOf(
                        measured.spans().stream().map(NoMetricsTest::line).toList());
        assertThat(without.spans())
                .allSatisfy(
                        span -> assertThat(span.getEndEpochNanos()).isGreaterThanOrEqualTo(span.getStartEpochNanos()));
    }

    private static String line(SpanData span) {
        return span.getName() + " " + span.getKind() + " " + span.getLinks().size() + " "
                + span.getAttributes().asMap();
    }

    private static void everyOperation(RecordedTelemetry recorded) {
        MessageTracer<ToyMessage> tracer = recorded.messaging().tracer(new ToyAdapter(), ClientFacts.NONE, true);
        MessageSender<ToyMessage, ?> sender = recorded.messaging().sender(new ToyAdapter(), ClientFacts.NONE);
        long start = System.nanoTime();
        tracer.process(MESSAGE, message -> tracer.startSettle("ack", message).close());
        tracer.startBatch(List.of(MESSAGE, MESSAGE)).close();
        tracer.delivered(MESSAGE);
        tracer.received(List.of(MESSAGE), start);
        MessageSpan job = tracer.startJob("sweep");
        tracer.link(job, MESSAGE);
        job.close();
        sender.start(ToyMessage.to("orders")).close();
        sender.create(ToyMessage.to("orders")).close();
        sender.startBatch(List.of(ToyMessage.to("orders"), ToyMessage.to("orders")))
                .close();
    }
}
