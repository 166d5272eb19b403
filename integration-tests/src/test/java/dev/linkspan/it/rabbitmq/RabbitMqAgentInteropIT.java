package dev.linkspan.it.rabbitmq;

import static dev.linkspan.it.SpanQueries.assertEachLinksToOne;
import static dev.linkspan.it.SpanQueries.assertOneIsTheParentOfEach;
import static dev.linkspan.it.SpanQueries.by;
import static dev.linkspan.it.SpanQueries.ids;
import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.named;
import static dev.linkspan.it.SpanQueries.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import dev.linkspan.it.AgentJvm;
import dev.linkspan.it.rabbitmq.RabbitMqAgentMain.Clients;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenTelemetry's Java agent beside our hook: what it exports, and what goes over the wire. */
@ExtendWith(RabbitMqExtension.class)
class RabbitMqAgentInteropIT {

    private static final String OURS = "dev.linkspan.rabbitmq";
    private static final String AGENTS = "io.opentelemetry.rabbitmq-2.7";
    private static final String OFF = "-Dotel.instrumentation.rabbitmq.enabled=false";
    private static final String NEWER_CONVENTIONS = "-Dotel.semconv-stability.opt-in=messaging";

    private String from;
    private String to;

    @BeforeEach
    void set_up(RabbitMqClients clients) {
        from = clients.queue();
        to = clients.queue();
    }

    private List<SpanData> run(RabbitMqClients rabbitMq, Clients clients, String... options) {
        return AgentJvm.run(
                RabbitMqAgentMain.class, List.of(options), List.of(clients.name(), rabbitMq.uri(), from, to));
    }

    /** The spans whose contexts were forwarded; each message must have exactly one. */
    private List<String> forwarded(RabbitMqClients clients) throws IOException {
        Channel channel = clients.channel();
        List<String> contexts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            GetResponse response = await().until(() -> channel.basicGet(to, true), got -> got != null);
            contexts.add(response.getProps()
                    .getHeaders()
                    .get("traceparent")
                    .toString()
                    .substring(36, 52));
        }
        return contexts;
    }

    private static void assertAreRoots(List<SpanData> spans) {
        assertThat(spans)
                .hasSize(2)
                .allSatisfy(span ->
                        assertThat(span.getParentSpanContext().isValid()).isFalse());
    }

    @Test
    void with_its_rabbitmq_instrumentation_off_it_exports_exactly_our_spans(RabbitMqClients clients) throws Exception {
        List<SpanData> spans = run(clients, Clients.OURS, OFF);

        List<SpanData> publishes = named(spans, "publish " + from);
        List<SpanData> processes = named(spans, "process " + from);
        List<SpanData> forwards = named(spans, "publish " + to);
        assertThat(by(OURS, spans)).hasSameSizeAs(spans).hasSize(9);
        assertAreRoots(processes);
        assertEachLinksToOne(processes, ids(publishes));
        assertOneIsTheParentOfEach(forwards, processes);
        assertOneIsTheParentOfEach(named(spans, "ack " + from), processes);
        assertEachLinksToOne(forwards, ids(publishes));
        assertThat(linksOf(one(spans, "receive " + to))).isSubsetOf(ids(forwards));
        assertThat(forwarded(clients)).containsExactlyInAnyOrderElementsOf(ids(forwards));
    }

    @Test
    void by_default_its_publish_spans_are_around_ours_and_its_context_goes_out(RabbitMqClients clients)
            throws Exception {
        List<SpanData> spans = run(clients, Clients.OURS);

        List<SpanData> theirs = named(spans, "<default> publish");
        List<SpanData> publishes = named(spans, "publish " + from);
        assertThat(theirs).hasSize(4);
        assertThat(publishes)
                .hasSize(2)
                .allSatisfy(publish -> assertThat(publish.getKind()).isEqualTo(SpanKind.CLIENT))
                // what is current was put there on purpose, so it is kept, and linked
                .allSatisfy(publish -> assertThat(linksOf(publish)).containsExactly(publish.getParentSpanId()))
                .allSatisfy(publish -> assertThat(publish.getParentSpanId()).isIn(ids(theirs)));
        assertThat(forwarded(clients)).hasSize(2).isSubsetOf(ids(theirs));
    }

    @Test
    void by_default_our_process_spans_are_roots_around_its_own_which_are_the_producer_s_children(
            RabbitMqClients clients) {
        List<SpanData> spans = run(clients, Clients.OURS);

        List<SpanData> publishes = named(spans, "publish " + from);
        List<String> sent = publishes.stream().map(SpanData::getParentSpanId).toList();
        List<SpanData> processes = named(spans, "process " + from);
        List<SpanData> theirs = named(spans, from + " process");
        assertAreRoots(processes);
        assertEachLinksToOne(processes, sent);
        assertThat(theirs).extracting(SpanData::getParentSpanId).containsExactlyInAnyOrderElementsOf(sent);
        // so what the handler does is in the producer's trace, as far as its span goes
        assertOneIsTheParentOfEach(named(spans, "ack " + from), theirs);
    }

    @Test
    void in_the_newer_conventions_its_process_span_is_below_ours(RabbitMqClients clients) {
        List<SpanData> spans = run(clients, Clients.OURS, NEWER_CONVENTIONS);

        List<SpanData> sent = by(AGENTS, named(spans, "publish " + from));
        List<SpanData> processes = by(OURS, named(spans, "process " + from));
        List<SpanData> theirs = by(AGENTS, named(spans, "process " + from));
        assertAreRoots(processes);
        assertEachLinksToOne(processes, ids(sent));
        assertOneIsTheParentOfEach(theirs, processes);
        assertEachLinksToOne(theirs, ids(sent));
        assertOneIsTheParentOfEach(by(OURS, named(spans, "ack " + from)), theirs);
    }

    @Test
    void by_itself_it_makes_a_child_of_the_producer_for_each_message(RabbitMqClients clients) {
        List<SpanData> spans = run(clients, Clients.BARE);

        List<SpanData> theirs = named(spans, from + " process");
        assertThat(by(AGENTS, spans)).hasSameSizeAs(spans);
        assertThat(theirs).hasSize(2).allSatisfy(process -> {
            assertThat(ids(named(spans, "<default> publish"))).contains(process.getParentSpanId());
            assertThat(process.getLinks()).isEmpty();
        });
    }
}
