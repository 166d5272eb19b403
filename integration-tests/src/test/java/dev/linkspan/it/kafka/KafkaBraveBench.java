package dev.linkspan.it.kafka;

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
import brave.sampler.Sampler;
import dev.linkspan.kafka.KafkaTelemetry;
import io.micrometer.tracing.brave.bridge.W3CPropagation;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
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
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Our clients with an SDK of their own, and Brave's. */
@ExtendWith(KafkaExtension.class)
abstract class KafkaBraveBench {

    /** What both sides speak, and how long Brave's own trace ids are. */
    enum Format {
        W3C(new W3CPropagation(), false, W3CTraceContextPropagator.getInstance()),
        W3C_128_BIT(new W3CPropagation(), true, W3CTraceContextPropagator.getInstance()),
        B3(B3Propagation.FACTORY, false, B3Propagator.injectingSingleHeader()),
        B3_128_BIT(B3Propagation.FACTORY, true, B3Propagator.injectingSingleHeader()),
        B3_MULTI(B3Propagation.FACTORY, true, B3Propagator.injectingMultiHeaders());

        final Propagation.Factory braves;
        final boolean longTraceIds;
        final TextMapPropagator ours;

        Format(Propagation.Factory braves, boolean longTraceIds, TextMapPropagator ours) {
            this.braves = braves;
            this.longTraceIds = longTraceIds;
            this.ours = ours;
        }
    }

    final InMemorySpanExporter exported = InMemorySpanExporter.create();
    final List<MutableSpan> reported = new CopyOnWriteArrayList<>();
    String topic;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        topic = kafka.topic();
    }

    KafkaTelemetry ours(Format format) {
        boolean w3c = format.braves instanceof W3CPropagation;
        return ours(format, w3c ? new PlainIds() : IdGenerator.random());
    }

    KafkaTelemetry ours(Format format, IdGenerator ids) {
        return KafkaTelemetry.create(OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setIdGenerator(ids)
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.ours))
                .build());
    }

    KafkaTracing braves(Format format, Sampler sampler) {
        return braves(format.braves, format.longTraceIds, sampler);
    }

    KafkaTracing braves(Propagation.Factory propagation, boolean longTraceIds, Sampler sampler) {
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

    void send(Producer<String, String> producer) {
        await(producer.send(new ProducerRecord<>(topic, "chair")));
    }

    SpanData process(KafkaTelemetry ours, Consumer<String, String> consumer) {
        ours.records(consumer).process(poll(consumer, 1).get(0), r -> {});
        return one(exported.getFinishedSpanItems(), "process " + topic);
    }

    MutableSpan reported(Kind kind) {
        assertThat(reported).filteredOn(span -> span.kind() == kind).hasSize(1);
        return reported.stream().filter(span -> span.kind() == kind).findFirst().orElseThrow();
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
