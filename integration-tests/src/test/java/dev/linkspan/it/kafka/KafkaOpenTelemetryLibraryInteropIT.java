package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * OpenTelemetry's own kafka-clients library at the other end of a topic. Its newer conventions are for a whole JVM:
 * {@link KafkaAgentInteropIT}.
 */
class KafkaOpenTelemetryLibraryInteropIT extends KafkaLibraryBench {

    @Test
    void record_of_their_wrapped_producer_is_linked(KafkaClients kafka) {
        send(theirs.wrap(kafka.producer()));
        process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, topic + " publish");
        assertLinkedAndNoChild(one(spans, "poll " + topic), publish);
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void record_of_their_producer_interceptor_is_linked(KafkaClients kafka) {
        send(kafka.producer(theirs.producerInterceptorConfigProperties()));
        process(ours.wrap(kafka.consumerOf(topic)));

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData publish = one(spans, topic + " publish");
        assertLinkedAndNoChild(one(spans, "poll " + topic), publish);
        assertLinkedAndNoChild(one(spans, "process " + topic), publish);
    }

    @Test
    void our_record_makes_their_process_span_a_child_of_our_send_span(KafkaClients kafka) {
        send(ours.wrap(kafka.producer()));
        poll(theirs.wrap(kafka.consumerOf(topic)), 1);

        List<SpanData> spans = otel.awaitSpans(2);
        SpanData send = one(spans, "send " + topic);
        SpanData process = one(spans, topic + " process");
        assertThat(process.getParentSpanContext().getSpanId()).isEqualTo(send.getSpanId());
        assertThat(process.getTraceId()).isEqualTo(send.getTraceId());
        assertThat(process.getLinks()).isEmpty();
    }

    @Test
    void our_record_is_linked_by_their_process_span_when_their_receive_spans_are_on(KafkaClients kafka) {
        theirs = io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.builder(otel.openTelemetry())
                .setMessagingReceiveTelemetryEnabled(true)
                .build();
        send(ours.wrap(kafka.producer()));
        poll(theirs.wrap(kafka.consumerOf(topic)), 1);

        List<SpanData> spans = otel.awaitSpans(3);
        SpanData process = one(spans, topic + " process");
        assertThat(linksOf(process)).containsExactly(one(spans, "send " + topic).getSpanId());
        assertThat(process.getParentSpanId())
                .isEqualTo(one(spans, topic + " receive").getSpanId());
    }

    @Test
    void our_decision_not_to_sample_is_theirs(KafkaClients kafka) {
        try (Scope scope = unsampled().makeCurrent()) {
            send(ours.wrap(kafka.producer()));
        }
        List<SpanContext> current = new ArrayList<>();

        forEachRecord(
                theirs.wrap(kafka.consumerOf(topic)),
                record -> current.add(Span.current().getSpanContext()));

        assertThat(current).singleElement().satisfies(context -> {
            assertThat(context.getTraceId())
                    .isEqualTo(unsampled().getSpanContext().getTraceId());
            assertThat(context.isSampled()).isFalse();
        });
        assertThat(otel.spans()).isEmpty();
    }

    @Test
    void their_decision_not_to_sample_is_in_our_link(KafkaClients kafka) {
        try (Scope scope = unsampled().makeCurrent()) {
            send(theirs.wrap(kafka.producer()));
        }
        process(ours.wrap(kafka.consumerOf(topic)));

        assertThat(one(otel.awaitSpans(2), "process " + topic).getLinks())
                .singleElement()
                .satisfies(link -> assertThat(link.getSpanContext().isSampled()).isFalse());
    }

    private static Span unsampled() {
        return Span.wrap(SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault()));
    }
}
