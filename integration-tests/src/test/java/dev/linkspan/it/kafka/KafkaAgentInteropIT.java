package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.assertEachLinksToOne;
import static dev.linkspan.it.SpanQueries.assertOneIsTheParentOfEach;
import static dev.linkspan.it.SpanQueries.by;
import static dev.linkspan.it.SpanQueries.ids;
import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.AgentJvm;
import dev.linkspan.it.kafka.KafkaAgentMain.Clients;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenTelemetry's Java agent beside our wrappers: what it exports, and what goes over the wire. */
@ExtendWith(KafkaExtension.class)
class KafkaAgentInteropIT {

    private static final String OURS = "dev.linkspan.kafka";
    private static final String AGENTS = "io.opentelemetry.kafka-clients-0.11";
    private static final String OFF = "-Dotel.instrumentation.kafka.enabled=false";
    private static final String NEWER_CONVENTIONS = "-Dotel.semconv-stability.opt-in=messaging";

    private String from;
    private String to;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        from = kafka.topic();
        to = kafka.topic();
    }

    private List<SpanData> run(KafkaClients kafka, Clients clients, String... options) {
        String group = clients == Clients.BARE_SHARE ? kafka.shareGroup() : kafka.uniqueName();
        return AgentJvm.run(
                KafkaAgentMain.class,
                List.of(options),
                List.of(clients.name(), kafka.bootstrapServers(), from, to, group));
    }

    /** The spans whose contexts are on the wire; each record must have exactly one. */
    private static List<String> sent(KafkaClients kafka, String topic) {
        return poll(kafka.consumerOf(topic), 2).stream()
                .map(KafkaTraceparents::spanIdIn)
                .toList();
    }

    @Test
    void with_its_kafka_instrumentation_off_it_exports_exactly_our_spans(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.OURS, OFF);

        List<SpanData> sends = named(spans, "send " + from);
        List<SpanData> processes = named(spans, "process " + from);
        List<SpanData> forwards = named(spans, "send " + to);
        assertThat(by(OURS, spans)).hasSameSizeAs(spans).hasSize(7);
        assertThat(sent(kafka, from)).containsExactlyElementsOf(ids(sends)).hasSize(2);
        assertThat(sent(kafka, to))
                .containsExactlyInAnyOrderElementsOf(ids(forwards))
                .hasSize(2);
        assertThat(linksOf(named(spans, "poll " + from).get(0))).containsExactlyElementsOf(ids(sends));
        assertEachLinksToOne(processes, ids(sends));
        assertThat(processes)
                .allSatisfy(process ->
                        assertThat(process.getParentSpanContext().isValid()).isFalse());
        assertOneIsTheParentOfEach(forwards, processes);
        assertEachLinksToOne(forwards, ids(sends));
    }

    @Test
    void by_default_its_spans_stand_between_ours_and_its_context_goes_out(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.OURS);

        List<SpanData> publishes = named(spans, from + " publish");
        List<SpanData> theirs = named(spans, from + " process");
        List<SpanData> processes = named(spans, "process " + from);
        List<SpanData> forwards = named(spans, "send " + to);
        List<SpanData> publishedForwards = named(spans, to + " publish");
        assertThat(by(OURS, spans)).hasSize(7);
        assertThat(by(AGENTS, spans)).hasSize(6);
        assertOneIsTheParentOfEach(publishes, named(spans, "send " + from));
        assertThat(sent(kafka, from))
                .containsExactlyInAnyOrderElementsOf(ids(publishes))
                .hasSize(2);
        assertThat(linksOf(named(spans, "poll " + from).get(0))).containsExactlyInAnyOrderElementsOf(ids(publishes));
        // as its process span is the producer's child, ours, within it, is in the producer's trace
        assertOneIsTheParentOfEach(theirs, publishes);
        assertOneIsTheParentOfEach(processes, theirs);
        assertEachLinksToOne(processes, ids(publishes));
        // the copied context was replaced, by us and then by the agent
        assertOneIsTheParentOfEach(forwards, processes);
        assertEachLinksToOne(forwards, ids(publishes));
        assertOneIsTheParentOfEach(publishedForwards, forwards);
        assertThat(sent(kafka, to)).containsExactlyInAnyOrderElementsOf(ids(publishedForwards));
    }

    @Test
    void new_roots_keep_our_process_spans_out_of_the_producer_s_trace_beside_it(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.OURS_AS_NEW_ROOTS);

        List<SpanData> publishes = named(spans, from + " publish");
        List<SpanData> processes = named(spans, "process " + from);
        assertThat(publishes).hasSize(2);
        assertThat(processes).hasSize(2).allSatisfy(process -> {
            assertThat(process.getParentSpanContext().isValid()).isFalse();
            assertThat(process.getTraceId())
                    .isNotIn(publishes.stream().map(SpanData::getTraceId).toList());
        });
        assertEachLinksToOne(processes, ids(publishes));
        assertThat(processes)
                .extracting(process -> linksOf(process).get(1))
                .containsExactlyInAnyOrderElementsOf(ids(named(spans, from + " process")));
    }

    @Test
    void by_itself_it_makes_a_child_of_the_producer_for_each_record_of_a_poll(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.BARE);

        List<SpanData> publishes = named(spans, from + " publish");
        assertThat(publishes).hasSize(2);
        assertOneIsTheParentOfEach(named(spans, from + " process"), publishes);
        assertThat(by(AGENTS, spans)).hasSameSizeAs(spans).hasSize(6);
    }

    @Test
    void by_itself_it_does_so_for_a_share_consumer_too(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.BARE_SHARE);

        List<SpanData> publishes = named(spans, from + " publish");
        assertThat(publishes).hasSize(2);
        assertOneIsTheParentOfEach(named(spans, from + " process"), publishes);
    }

    @Test
    void the_library_in_the_newer_conventions_makes_a_child_of_our_send_span_and_links_it(KafkaClients kafka) {
        List<SpanData> spans = run(kafka, Clients.OUR_PRODUCER_THEIR_CONSUMER, OFF, NEWER_CONVENTIONS);

        List<SpanData> sends = by(OURS, named(spans, "send " + from));
        List<SpanData> processes = by("io.opentelemetry.kafka-clients-2.6", named(spans, "process " + from));
        assertThat(sends).hasSize(2);
        assertOneIsTheParentOfEach(processes, sends);
        assertEachLinksToOne(processes, ids(sends));
    }
}
