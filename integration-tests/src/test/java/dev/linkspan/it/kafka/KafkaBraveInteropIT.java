package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import brave.Span.Kind;
import brave.handler.MutableSpan;
import brave.kafka.clients.KafkaTracing;
import brave.propagation.TraceContext;
import brave.propagation.tracecontext.TraceContextPropagation;
import brave.sampler.Sampler;
import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brave's kafka-clients instrumentation at the other end of a topic. */
class KafkaBraveInteropIT extends KafkaBraveBench {

    @ParameterizedTest
    @EnumSource
    void brave_s_record_is_linked(Format format, KafkaClients kafka) {
        KafkaTelemetry ours = ours(format);
        send(braves(format, Sampler.ALWAYS_SAMPLE).producer(kafka.producer()));

        SpanData process = process(ours, ours.wrap(kafka.consumerOf(topic)));

        MutableSpan sent = reported(Kind.PRODUCER);
        assertThat(sent.traceId()).hasSize(format.longTraceIds ? 32 : 16);
        for (SpanData span : List.of(process, one(exported.getFinishedSpanItems(), "poll " + topic))) {
            SpanContext link = span.getLinks().get(0).getSpanContext();
            assertThat(linksOf(span)).containsExactly(sent.id());
            assertThat(link.getTraceId())
                    .isEqualTo("0".repeat(32 - sent.traceId().length()) + sent.traceId());
            assertThat(link.isSampled()).isTrue();
            assertThat(span.getParentSpanContext().isValid()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void our_record_is_continued_by_brave_as_a_child(Format format, KafkaClients kafka) {
        send(ours(format).wrap(kafka.producer()));
        KafkaTracing braves = braves(format, Sampler.ALWAYS_SAMPLE);

        ConsumerRecord<String, String> record =
                poll(braves.consumer(kafka.consumerOf(topic)), 1).get(0);
        braves.nextSpan(record).start().finish();

        SpanData sent = one(exported.getFinishedSpanItems(), "send " + topic);
        MutableSpan polled = reported(Kind.CONSUMER);
        assertThat(polled.traceId()).isEqualTo(sent.getTraceId());
        assertThat(polled.parentId()).isEqualTo(sent.getSpanId());
        assertThat(reported).extracting(MutableSpan::traceId).containsOnly(sent.getTraceId());
    }

    @ParameterizedTest
    @EnumSource
    void brave_s_decision_not_to_sample_is_in_our_link(Format format, KafkaClients kafka) {
        KafkaTelemetry ours = ours(format);
        send(braves(format, Sampler.NEVER_SAMPLE).producer(kafka.producer()));

        SpanData process = process(ours, ours.wrap(kafka.consumerOf(topic)));

        assertThat(process.getLinks())
                .hasSize(1)
                .allSatisfy(
                        link -> assertThat(link.getSpanContext().isSampled()).isFalse());
    }

    @ParameterizedTest
    @EnumSource
    void our_decision_not_to_sample_is_brave_s(Format format, KafkaClients kafka) {
        SpanContext unsampled = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());
        try (Scope scope = Span.wrap(unsampled).makeCurrent()) {
            send(ours(format).wrap(kafka.producer()));
        }
        KafkaTracing braves = braves(format, Sampler.ALWAYS_SAMPLE);

        ConsumerRecord<String, String> record =
                poll(braves.consumer(kafka.consumerOf(topic)), 1).get(0);

        TraceContext continued = braves.nextSpan(record).context();
        assertThat(continued.traceIdString()).isEqualTo(unsampled.getTraceId());
        assertThat(continued.sampled()).isFalse();
        assertThat(reported).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = "W3C.*", mode = EnumSource.Mode.MATCH_ALL)
    void brave_s_w3c_reads_no_traceparent_with_the_random_flag(Format format, KafkaClients kafka) {
        send(ours(format, IdGenerator.random()).wrap(kafka.producer()));

        poll(braves(format, Sampler.ALWAYS_SAMPLE).consumer(kafka.consumerOf(topic)), 1);

        SpanContext sent = one(exported.getFinishedSpanItems(), "send " + topic).getSpanContext();
        ConsumerRecord<String, String> record = poll(kafka.consumerOf(topic), 1).get(0);
        assertThat(KafkaTraceparents.spanIdIn(record)).isEqualTo(sent.getSpanId());
        assertThat(sent.getTraceFlags().asByte() & 2).isEqualTo(2);
        assertThat(reported(Kind.CONSUMER).traceId()).isNotEqualTo(sent.getTraceId());
        assertThat(reported(Kind.CONSUMER).parentId()).isNull();
    }

    @Test
    void zipkin_s_other_w3c_propagation_continues_our_record_only_if_there_is_a_tracestate(KafkaClients kafka) {
        KafkaTracing braves = braves(TraceContextPropagation.FACTORY, true, Sampler.ALWAYS_SAMPLE);
        Producer<String, String> producer = ours(Format.W3C).wrap(kafka.producer());
        SpanContext withState = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.builder().put("shop", "1").build());
        send(producer);
        try (Scope scope = Span.wrap(withState).makeCurrent()) {
            send(producer);
        }

        poll(braves.consumer(kafka.consumerOf(topic)), 2);

        assertThat(reported).hasSize(2);
        assertThat(reported).filteredOn(span -> span.parentId() == null).hasSize(1);
        assertThat(reported)
                .filteredOn(span -> span.traceId().equals(withState.getTraceId()))
                .hasSize(1);
    }
}
