package dev.linkspan.testing;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.Relation;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How spans of producers and consumers relate. */
@SuppressWarnings("MemberName") // tests are named as sentences
abstract class LinkContract<O, M> extends ContractBench<O, M> {

    LinkContract() {}

    @Test
    void consumer_span_links_to_the_producer_span_and_is_not_below_it() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        assertThat(client().body(message)).isEqualTo("hello");
        process(message);
        client().settle(destination, List.of(message));

        spans().propagates(destination)
                .hasNoOrphans()
                .hasNoErrors()
                .destination(destination)
                .hasSeparateTraces()
                .hasProducerSpans(1)
                .hasProcessSpans(1);
        assertThat(onlySpanOf("process").parent).isNull();
    }

    @Test
    void receive_spans_link_to_the_producer_spans() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        send(message(destination, "one"));
        send(message(destination, "two"));
        receive(destination, 2);

        Set<String> linked = spansOf("receive").stream()
                .flatMap(span -> span.data.getLinks().stream())
                .map(link -> Traces.id(link.getSpanContext()))
                .collect(toSet());
        Set<String> sent = spansOf("send").stream()
                .map(span -> Traces.id(span.data.getSpanContext()))
                .collect(toSet());
        assertThat(sent).hasSize(2);
        assertThat(linked).isEqualTo(client().pulls() ? sent : Set.of());
    }

    @Test
    void process_span_is_below_the_span_that_is_current_and_still_linked() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        inSpan("loop", () -> process(message));

        spans().propagates(destination);
        assertThat(onlySpanOf("process").parent)
                .isNotNull()
                .extracting(parent -> parent.data.getName())
                .isEqualTo("loop");
    }

    @Test
    void new_root_is_asked_for_by_policy_and_links_to_the_span_that_is_current() throws Exception {
        connect(policy -> policy.relation(Relation.LINK_NEW_ROOT));
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        inSpan("loop", () -> process(message));

        SpanNode process = onlySpanOf("process");
        assertThat(process.parent).isNull();
        assertThat(process.data.getLinks()).hasSize(2);
        spans().propagates(destination).hasNoOrphans();
    }

    @Test
    void parent_is_the_producer_only_if_policy_says_so_and_the_link_stays() throws Exception {
        connect(policy -> policy.relation(Relation.PARENT));
        String destination = client().uniqueDestination();
        process(sendAndReceive(destination));

        spans().destination(destination).hasProducerAsParent();
    }

    @Test
    void batch_is_one_process_span_that_links_to_each_producer() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        for (int i = 0; i < 5; i++) {
            send(message(destination, "message " + i));
        }
        tracer().startBatch(receive(destination, 5)).close();

        spans().propagates(destination).destination(destination).hasBatches(5);
        assertThat(onlySpanOf("process").data.getLinks()).hasSize(5);
    }

    @Test
    void batch_has_no_more_links_than_allowed_and_counts_the_rest() throws Exception {
        connect(policy -> policy.maxLinks(3));
        String destination = client().uniqueDestination();
        for (int i = 0; i < 8; i++) {
            send(message(destination, "message " + i));
        }
        tracer().startBatch(receive(destination, 8)).close();

        spans().propagates(destination)
                .hasAtMostLinks(3)
                .destination(destination)
                .hasBatches(8);
        assertThat(onlySpanOf("process").get(Keys.LINKS_LEFT_OUT)).isEqualTo(5);
    }

    @Test
    void message_without_context_is_handled_without_a_link() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        client().sendBare(message(destination, "bare"));
        M message = receiveOne(destination);
        inSpan("loop", () -> process(message));

        spans().destination(destination).hasNoLinks().hasProcessSpans(1);
    }

    @Test
    void producer_that_was_not_sampled_is_linked_all_the_same() throws Exception {
        connect(settings -> settings.sampler(dropping(SpanKind.PRODUCER)), policy -> policy);
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        process(message);

        SpanNode process = onlySpanOf("process");
        assertThat(process.data.getLinks()).hasSize(1);
        SpanContext link = process.data.getLinks().get(0).getSpanContext();
        assertThat(link.isSampled()).isFalse();
        assertThat(valuesOf(message, "traceparent"))
                .singleElement()
                .asString()
                .contains(link.getTraceId() + "-" + link.getSpanId());
        assertThat(process.data.getSpanContext().isSampled()).isTrue();
    }

    private static Sampler dropping(SpanKind dropped) {
        return new Sampler() {
            @Override
            public SamplingResult shouldSample(
                    Context parent,
                    String traceId,
                    String name,
                    SpanKind kind,
                    Attributes attributes,
                    List<LinkData> links) {
                return kind == dropped ? SamplingResult.drop() : SamplingResult.recordAndSample();
            }

            @Override
            public String getDescription() {
                return "drops " + dropped;
            }
        };
    }

    @Test
    void both_of_two_consumers_link_to_the_producer() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        process(message);
        // where a broker gives a message to one application only, that application may still handle it twice
        process(client().fansOut() ? client().receiveAsOther(destination, 1).get(0) : message);

        spans().propagates(destination)
                .destination(destination)
                .hasProducerSpans(1)
                .hasProcessSpans(2);
    }

    @Test
    void message_that_is_delivered_again_is_linked_again() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M first = sendAndReceive(destination);
        process(first);
        client().giveBack(destination, List.of(first));
        process(receiveOne(destination));

        spans().propagates(destination)
                .destination(destination)
                .hasProducerSpans(1)
                .hasProcessSpans(2);
    }

    @Test
    void settling_is_below_the_span_of_the_message() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        M message = sendAndReceive(destination);
        tracer().process(message, handled -> client().settle(destination, List.of(handled)));

        String process = onlySpanOf("process").data.getSpanId();
        assertThat(spansOf("settle"))
                .isNotEmpty()
                .allSatisfy(span -> assertThat(span.data.getParentSpanId()).isEqualTo(process));
    }
}
