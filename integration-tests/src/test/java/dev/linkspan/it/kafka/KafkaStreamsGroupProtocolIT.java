package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.examples.streams.TracedRecords;
import dev.linkspan.examples.streams.TracingClientSupplier;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.kafka.KafkaTelemetryConsumerInterceptor;
import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code group.protocol=streams} (KIP-1071), where Streams makes its main consumer by itself. Should a later Streams ask
 * for it, the first test fails: then the limit in {@code docs/KAFKA_STREAMS.md} is gone.
 */
@ExtendWith(KafkaExtension.class)
@Tag("kafka-streams")
class KafkaStreamsGroupProtocolIT {

    private static final Map<String, String> STREAMS_PROTOCOL = Map.of(StreamsConfig.GROUP_PROTOCOL_CONFIG, "streams");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path state;

    private KafkaTelemetry telemetry;
    private AskedFor clients;
    private StreamsBuilder topology;
    private String in;
    private String out;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        TracingClientSupplier traced = new TracingClientSupplier(telemetry);
        clients = new AskedFor(traced);
        in = kafka.topic();
        out = kafka.topic();
        topology = new StreamsBuilder();
        topology.<String, String>stream(in)
                .processValues(TracedRecords.in(traced))
                .to(out);
        KafkaClients.send(telemetry.wrap(kafka.producer()), in, "chair");
    }

    private void run(KafkaClients kafka, Map<String, ?> settings) {
        new KafkaStreamsApps(kafka, state).start(topology, clients, settings);
        assertThat(poll(kafka.consumerOf(out), 1)).hasSize(1);
    }

    @Test
    void streams_does_not_ask_for_its_main_consumer_so_only_its_sends_are_traced(KafkaClients kafka) {
        run(kafka, STREAMS_PROTOCOL);

        List<SpanData> spans = otel.awaitSpans(2, KafkaStreamsApps.PATIENCE);
        assertThat(clients.asked).contains("producer").doesNotContain("consumer");
        assertThat(linksOf(one(spans, "send " + out)))
                .containsExactly(one(spans, "send " + in).getSpanId());
        otel.assertThatSpans().hasOnlySpans("send " + in, "send " + out);
    }

    @Test
    void the_interceptor_makes_the_poll_spans_that_are_missing(KafkaClients kafka) {
        run(
                kafka,
                Map.of(
                        StreamsConfig.GROUP_PROTOCOL_CONFIG,
                        "streams",
                        StreamsConfig.mainConsumerPrefix("interceptor.classes"),
                        KafkaTelemetryConsumerInterceptor.class.getName(),
                        KafkaTelemetry.CONFIG_KEY,
                        telemetry));

        List<SpanData> spans = otel.awaitSpans(3, KafkaStreamsApps.PATIENCE);
        String send = one(spans, "send " + in).getSpanId();
        assertThat(linksOf(one(spans, "poll " + in))).containsExactly(send);
        assertThat(linksOf(one(spans, "send " + out))).containsExactly(send);
        otel.assertThatMetrics().hasConsumed(in, 1);
    }

    @Test
    void the_classic_protocol_asks_for_it_and_has_it_wrapped(KafkaClients kafka) {
        run(kafka, Map.of(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic"));

        assertThat(clients.asked).contains("producer", "consumer");
        assertThat(named(otel.awaitSpans(4, KafkaStreamsApps.PATIENCE), "process " + in))
                .hasSize(1);
        assertThat(clients.unwrapped).containsExactlyInAnyOrder("restore consumer");
    }

    /** Notes what Streams asks for, and which of it came bare. */
    private record AskedFor(KafkaClientSupplier clients, List<String> asked, List<String> unwrapped)
            implements KafkaClientSupplier {

        AskedFor(KafkaClientSupplier clients) {
            this(clients, new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
        }

        private <C> C note(String name, C client) {
            asked.add(name);
            if (ClientProxy.unwrap(client) == client) {
                unwrapped.add(name);
            }
            return client;
        }

        @Override
        public Admin getAdmin(Map<String, Object> config) {
            return clients.getAdmin(config);
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return note("producer", clients.getProducer(config));
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            return note("consumer", clients.getConsumer(config));
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return note("restore consumer", clients.getRestoreConsumer(config));
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            return note("global consumer", clients.getGlobalConsumer(config));
        }
    }
}
