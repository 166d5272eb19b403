package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.linkspan.examples.streams.TracedRecords;
import dev.linkspan.examples.streams.TracingClientSupplier;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.KStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka Streams over the client supplier of the examples: what goes in and what comes out is one chain of links. */
@ExtendWith(KafkaExtension.class)
@Tag("kafka-streams")
class KafkaStreamsIT {

    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path state;

    private KafkaTelemetry telemetry;
    private TracingClientSupplier clients;
    private KafkaStreamsApps apps;
    private Producer<String, String> producer;
    private String in;
    private String out;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.builder(otel.openTelemetry())
                .policy(
                        topic -> topic.endsWith("-changelog"),
                        p -> p.tracing(false).propagation(false))
                .build();
        clients = new TracingClientSupplier(telemetry);
        apps = new KafkaStreamsApps(kafka, state);
        producer = telemetry.wrap(kafka.producer());
        in = kafka.topic();
        out = kafka.topic();
    }

    private List<ConsumerRecord<String, String>> received(KafkaClients kafka, int count) {
        Consumer<String, String> consumer =
                telemetry.wrap(kafka.consumer(kafka.uniqueName(), Map.of("isolation.level", "read_committed")));
        consumer.subscribe(List.of(out));
        return poll(consumer, count);
    }

    @ParameterizedTest
    @ValueSource(strings = {StreamsConfig.AT_LEAST_ONCE, StreamsConfig.EXACTLY_ONCE_V2})
    void an_output_record_links_to_its_own_send_and_that_to_the_input_it_was_made_from(
            String guarantee, KafkaClients kafka) {
        KafkaClients.send(producer, in, "chair");
        StreamsBuilder topology = new StreamsBuilder();
        topology.<String, String>stream(in)
                .mapValues(value -> value.toUpperCase(Locale.ROOT))
                .to(out);
        apps.start(topology, clients, Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee));

        ConsumerRecord<String, String> received = received(kafka, 1).get(0);

        List<SpanData> spans = otel.awaitSpans(4, KafkaStreamsApps.PATIENCE);
        SpanData send = one(spans, "send " + in);
        SpanData hop = one(spans, "send " + out);
        assertThat(received.value()).isEqualTo("CHAIR");
        assertThat(received.headers().headers("traceparent")).hasSize(1);
        assertThat(linksOf(one(spans, "poll " + in))).containsExactly(send.getSpanId());
        assertThat(hop.getKind()).isEqualTo(SpanKind.PRODUCER);
        assertThat(hop.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(hop)).containsExactly(send.getSpanId());
        assertThat(linksOf(one(spans, "poll " + out))).containsExactly(hop.getSpanId());
        otel.assertThatSpans().followsConventions();
    }

    @ParameterizedTest
    @ValueSource(strings = {StreamsConfig.AT_LEAST_ONCE, StreamsConfig.EXACTLY_ONCE_V2})
    void what_follows_traced_records_is_inside_their_process_spans(String guarantee, KafkaClients kafka) {
        KafkaClients.send(producer, in, "chair", "table");
        StreamsBuilder topology = new StreamsBuilder();
        topology.<String, String>stream(in)
                .processValues(TracedRecords.in(clients))
                .mapValues(value -> value.toUpperCase(Locale.ROOT))
                .to(out);
        String group = apps.start(topology, clients, Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee));

        assertThat(received(kafka, 2)).hasSize(2);

        awaitBothRecords();
        List<SpanData> spans = otel.spans();
        List<SpanData> sends = named(spans, "send " + in);
        List<SpanData> processes = named(spans, "process " + in);
        List<SpanData> hops = named(spans, "send " + out);
        assertThat(hops).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(linksOf(processes.get(i))).containsExactly(sends.get(i).getSpanId());
            assertThat(processes.get(i).getParentSpanContext().isValid()).isFalse();
            assertThat(processes.get(i).getAttributes().get(GROUP)).isEqualTo(group);
            assertThat(hops.get(i).getParentSpanContext())
                    .isEqualTo(processes.get(i).getSpanContext());
            assertThat(linksOf(hops.get(i))).containsExactly(sends.get(i).getSpanId());
        }
        otel.assertThatSpans().destination(in).isLinked().hasNoProducerAsAncestor();
        otel.assertThatMetrics().hasConsumed(in, 2);
    }

    /** A record may be there before its send span has ended. */
    private void awaitBothRecords() {
        await().atMost(KafkaStreamsApps.PATIENCE).untilAsserted(() -> {
            assertThat(named(otel.spans(), "process " + in)).hasSize(2);
            assertThat(named(otel.spans(), "send " + out)).hasSize(2);
        });
    }

    @Test
    void a_repartition_is_a_hop_and_a_changelog_is_none(KafkaClients kafka) {
        producer.send(new ProducerRecord<>(in, "o-17", "chair"));
        producer.flush();
        StreamsBuilder topology = new StreamsBuilder();
        KStream<String, Long> counts = topology.<String, String>stream(in)
                .selectKey((key, value) -> value)
                .groupByKey()
                .count()
                .toStream();
        counts.mapValues(String::valueOf).to(out);
        String group = apps.start(topology, clients, Map.of(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0));

        assertThat(received(kafka, 1).get(0).value()).isEqualTo("1");

        List<SpanData> spans = otel.awaitSpans(6, KafkaStreamsApps.PATIENCE);
        SpanData send = one(spans, "send " + in);
        SpanData hop = spans.stream()
                .filter(span -> span.getName().startsWith("send " + group)
                        && span.getName().endsWith("-repartition"))
                .findFirst()
                .orElseThrow();
        assertThat(linksOf(hop)).containsExactly(send.getSpanId());
        assertThat(linksOf(one(spans, "send " + out))).containsExactly(hop.getSpanId());
        assertThat(spans).noneMatch(span -> span.getName().endsWith("-changelog"));
    }

    @Test
    void a_topology_that_throws_has_the_error_on_its_process_span_and_stops_as_it_would() {
        KafkaClients.send(producer, in, "penguin");
        StreamsBuilder topology = new StreamsBuilder();
        topology.<String, String>stream(in)
                .processValues(TracedRecords.in(clients))
                .foreach((key, value) -> {
                    throw new IllegalArgumentException("we do not sell " + value + "s");
                });
        List<Throwable> uncaught = apps.startFailing(topology, clients);

        SpanData process = one(otel.awaitSpans(3, KafkaStreamsApps.PATIENCE), "process " + in);
        assertThat(process.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        await().atMost(KafkaStreamsApps.PATIENCE).until(() -> !uncaught.isEmpty());
        assertThat(uncaught.get(0)).hasRootCauseInstanceOf(IllegalArgumentException.class);
    }
}
