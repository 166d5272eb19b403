package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;

import brave.Span.Kind;
import brave.handler.MutableSpan;
import brave.sampler.Sampler;
import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brave's kafka-clients instrumentation around the same client, and inside it. */
class KafkaBraveSameClientInteropIT extends KafkaBraveBench {

    @ParameterizedTest
    @EnumSource
    void our_wrapper_around_brave_s_producer_makes_two_spans_and_brave_s_goes_out(Format format, KafkaClients kafka) {
        KafkaTelemetry ours = ours(format);
        send(ours.wrap(braves(format, Sampler.ALWAYS_SAMPLE).producer(kafka.producer())));

        SpanData process = process(ours, ours.wrap(kafka.consumerOf(topic)));

        MutableSpan sent = reported(Kind.PRODUCER);
        assertThat(sent.parentId())
                .isEqualTo(one(exported.getFinishedSpanItems(), "send " + topic).getSpanId());
        assertThat(linksOf(process)).containsExactly(sent.id());
    }

    @ParameterizedTest
    @EnumSource
    void brave_s_wrapper_around_our_producer_makes_two_spans_and_ours_goes_out(Format format, KafkaClients kafka) {
        KafkaTelemetry ours = ours(format);
        send(braves(format, Sampler.ALWAYS_SAMPLE).producer(ours.wrap(kafka.producer())));

        SpanData process = process(ours, ours.wrap(kafka.consumerOf(topic)));

        SpanData sent = one(exported.getFinishedSpanItems(), "send " + topic);
        assertThat(linksOf(sent)).containsExactly(reported(Kind.PRODUCER).id());
        assertThat(linksOf(process)).containsExactly(sent.getSpanId());
    }

    @ParameterizedTest
    @EnumSource
    void our_wrapper_around_brave_s_consumer_links_brave_s_poll_span(Format format, KafkaClients kafka) {
        KafkaTelemetry ours = ours(format);
        send(ours.wrap(kafka.producer()));

        SpanData process =
                process(ours, ours.wrap(braves(format, Sampler.ALWAYS_SAMPLE).consumer(kafka.consumerOf(topic))));

        MutableSpan polled = reported(Kind.CONSUMER);
        assertThat(polled.parentId())
                .isEqualTo(one(exported.getFinishedSpanItems(), "send " + topic).getSpanId());
        assertThat(linksOf(process)).containsExactly(polled.id());
    }
}
