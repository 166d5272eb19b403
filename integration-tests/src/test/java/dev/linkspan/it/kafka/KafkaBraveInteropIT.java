package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import brave.Span.Kind;
import brave.Tracing;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.kafka.clients.KafkaTracing;
import brave.propagation.B3Propagation;
import brave.propagation.Propagation;
import brave.propagation.TraceContext;
import brave.propagation.tracecontext.TraceContextPropagation;
import brave.sampler.Sampler;
import dev.linkspan.kafka.KafkaTelemetry;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Brave's kafka-clients instrumentation, at the other end of a topic and around the same client. */
@ExtendWith(KafkaExtension.class)
class KafkaBraveInteropIT {

    /** What both sides speak, and how long Brave's own trace ids are. */
    enum Format {
        W3C(new W3CPropagation(), false, W3CTraceContextPropagator.getInstance()),
        W3C_128_BIT(new W3CPropagation(), true, W3CTraceContextPropagator.getInstance()),
        B3(B3Propagation.FACTORY, false, B3Propagator.injectingSingleHeader()),
        B3_128_BIT(B3Propagation.FACTORY, true, B3Propagator.injectingSingleHeader()),
        B3_MULTI(B3Propagation.FACTORY, true, B3Propagator.injectingMultiHeaders());

        private final Propagation.Factory braves;
        private final boolean longTraceIds;
        private final TextMapPropagator ours;

        Format(Propagation.Factory braves, boolean longTraceIds, TextMapPropagator ours) {
            this.braves = braves;
            this.longTraceIds = longTraceIds;
            this.ours = ours;
        }
    }

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final List<MutableSpan> reported = new CopyOnWriteArrayList<>();
    private String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        topic = kafka.topic();
    }

    private KafkaTelemetry ours(Format format) {
        return ours(format, new PlainIds());
    }

    private KafkaTelemetry ours(Format format, IdGenerator ids) {
        return KafkaTelemetry.create(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setIdGenerator(ids)
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.ours))
                .build());
    }

    private KafkaTracing braves(Format format, Sampler sampler) {
        return braves(format.braves, format.longTraceIds, sampler);
    }

    private KafkaTracing braves(Propagation.Factory propagation, boolean longTraceIds, Sampler sampler) {
        return KafkaTracing.create(Tracing.newBuilder()
                .propagationFactory(propagation)
                .traceId128Bit(longTraceIds)
                .sampler(sampler)
                .addSpanHandler(new SpanHandler() {
                    @Override
                    public boolean end(TraceContext context, MutableSpan span, Cause cause) {
                        return reported.add(span);
                    }
                })
                .build());
    }

    @AfterEach
    void forget_the_current_tracing() {
        if (Tracing.current() != null) {
            Tracing.current().close();
        }
    }

    private void send(Producer<String, String> producer) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
    }

    private SpanData process(KafkaTelemetry ours, Consumer<String, String> consumer) {
        ours.records(consumer).process(poll(consumer, 1).get(0), r -> {});
        return one(exported.getFinishedSpanItems(), "process " + topic);
    }

    private MutableSpan reported(Kind kind) {
        assertThat(reported).filteredOn(span -> span.kind() == kind).hasSize(1);
        return reported.stream().filter(span -> span.kind() == kind).findFirst().orElseThrow();
    }

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

    /** Random ids that are not said to be: OpenTelemetry then sends no random flag. */
    private static final class PlainIds implements IdGenerator {
        @Override
        public String generateSpanId() {
            return IdGenerator.random().generateSpanId();
        }

        @Override
        public String generateTraceId() {
            return IdGenerator.random().generateTraceId();
        }
    }
}
