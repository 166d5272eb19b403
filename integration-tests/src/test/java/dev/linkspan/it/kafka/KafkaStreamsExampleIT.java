package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.examples.streams.OrderStreams;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The Streams application of the documentation, run as it stands there; no other test uses its topics. */
@ExtendWith(KafkaExtension.class)
@Tag("kafka-streams")
class KafkaStreamsExampleIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path state;

    @Test
    void each_hop_of_the_example_links_to_the_one_before(KafkaClients kafka) {
        kafka.topic("orders");
        kafka.topic("packed");
        KafkaTelemetry telemetry = KafkaTelemetry.create(otel.openTelemetry());
        KafkaClients.send(telemetry.wrap(kafka.producer()), "orders", "chair");
        KafkaStreamsApps apps = new KafkaStreamsApps(kafka, state);
        try (KafkaStreams streams = OrderStreams.create(otel.openTelemetry(), apps.settings(kafka.uniqueName()))) {
            streams.start();

            assertThat(poll(kafka.consumerOf("packed"), 1).get(0).value()).isEqualTo("CHAIR");
        }

        List<SpanData> spans = otel.awaitSpans(4, KafkaStreamsApps.PATIENCE);
        String send = one(spans, "send orders").getSpanId();
        SpanData process = one(spans, "process orders");
        assertThat(linksOf(process)).containsExactly(send);
        assertThat(linksOf(one(spans, "send packed"))).containsExactly(send);
        assertThat(one(spans, "send packed").getParentSpanContext()).isEqualTo(process.getSpanContext());
    }
}
