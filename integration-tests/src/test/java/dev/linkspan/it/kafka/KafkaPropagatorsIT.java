package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.PropagationFormat;
import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever propagator the application configured carries the context over the broker, hop after hop. */
@ExtendWith(KafkaExtension.class)
class KafkaPropagatorsIT {

    @ParameterizedTest
    @MethodSource("dev.linkspan.it.PropagationFormat#all")
    void a_forwarded_record_is_linked_hop_by_hop(PropagationFormat format, KafkaClients kafka) {
        InMemorySpanExporter exported = InMemorySpanExporter.create();
        try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exported))
                        .build())
                .setPropagators(ContextPropagators.create(format.propagator()))
                .build()) {
            KafkaTelemetry telemetry = KafkaTelemetry.create(sdk);
            String orders = kafka.topic();
            String forwarded = kafka.topic();
            Producer<String, String> producer = telemetry.wrap(kafka.producer());
            Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(orders));
            Consumer<String, String> next = telemetry.wrap(kafka.consumerOf(forwarded));

            await(producer.send(new ProducerRecord<>(orders, "chair")));
            telemetry.records(consumer).process(poll(consumer, 1).get(0), record -> {
                await(producer.send(new ProducerRecord<>(forwarded, null, null, null, "chair", record.headers())));
            });
            ConsumerRecord<String, String> last = poll(next, 1).get(0);
            telemetry.records(next).process(last, record -> {});

            List<SpanData> spans = exported.getFinishedSpanItems();
            assertThat(last.headers().headers(format.header())).hasSize(1);
            assertThat(linksOf(one(spans, "process " + orders)))
                    .containsExactly(one(spans, "send " + orders).getSpanId());
            assertThat(linksOf(one(spans, "process " + forwarded)))
                    .containsExactly(one(spans, "send " + forwarded).getSpanId());
        }
    }
}
