package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.isRoot;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import dev.linkspan.propagation.toy.ToyQueue;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a message from outside may bring, and which baggage goes in and out. */
class TrustAndBaggagePolicyTest {

    private static final ToyMessage FOREIGN = ToyMessage.to("outside")
            .header("traceparent", TRACEPARENT)
            .header("tracestate", "vendor=1")
            .header("baggage", "tenant=evil");

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final ToyQueue untrusted = queue(policy -> policy.trusted(false));

    @Test
    void untrusted_context_is_only_linked_without_flags_and_tracestate() {
        untrusted.messages().process(FOREIGN, message -> {});

        assertThat(links(recorded.span("process outside"))).containsExactly(ORIGIN);
        SpanContext link = recorded.span("process outside").getLinks().get(0).getSpanContext();
        assertThat(link.getTraceFlags().asHex()).isEqualTo("00");
        assertThat(link.getTraceState().isEmpty()).isTrue();
    }

    @Test
    void untrusted_context_is_stripped_in_batches_and_receives_too() {
        untrusted.messages().startBatch(List.of(FOREIGN, FOREIGN)).close();
        untrusted.messages().received(List.of(FOREIGN), System.nanoTime());

        assertThat(recorded.spans()).hasSize(2).allSatisfy(span -> {
            SpanContext link = span.getLinks().get(0).getSpanContext();
            assertThat(link.isSampled()).isFalse();
            assertThat(link.getTraceState().isEmpty()).isTrue();
        });
    }

    @Test
    void untrusted_context_is_never_the_parent() {
        queue(policy -> policy.trusted(false).relation(Relation.PARENT))
                .messages()
                .process(FOREIGN, message -> {});

        assertThat(isRoot(recorded.span("process outside"))).isTrue();
        assertThat(links(recorded.span("process outside"))).containsExactly(ORIGIN);
    }

    @Test
    void untrusted_baggage_never_reaches_the_handler() {
        Baggage seen = untrusted.messages().call(FOREIGN, message -> Baggage.current());

        assertThat(seen.isEmpty()).isTrue();
    }

    @Test
    void untrusted_link_is_not_the_first_that_a_full_batch_keeps() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy(policy -> policy.maxLinks(1))
                .policy("outside", policy -> policy.trusted(false))
                .build();
        List<ToyMessage> batch = new ArrayList<>(List.of(FOREIGN));
        batch.add(ToyMessage.to("inside").header("traceparent", Headers.traceparent(1, false)));
        new ToyQueue(messaging).messages().startBatch(batch).close();

        assertThat(links(recorded.span("process"))).containsExactly(Headers.origin(1));
    }

    @Test
    void destination_stays_untrusted_when_another_fact_of_it_fails() {
        MessagingTelemetry messaging = MessagingTelemetry.builder(recorded.openTelemetry)
                .policy(
                        "outside",
                        policy -> policy.trusted(false).destinationTemplate(name -> {
                            throw new IllegalStateException("broken template");
                        }))
                .build();
        Baggage seen = new ToyQueue(messaging).messages().call(FOREIGN, message -> Baggage.current());

        assertThat(seen.isEmpty()).isTrue();
        assertThat(recorded.errors("policy.destinationTemplate")).isOne();
    }

    @Test
    void incoming_baggage_is_what_the_list_allows() {
        Baggage seen = queue(policy -> policy.incomingBaggage(List.of("tenant")))
                .messages()
                .call(ToyMessage.to("orders").header("baggage", "tenant=blue,user=7"), message -> Baggage.current());

        assertThat(seen.asMap()).containsOnlyKeys("tenant");
    }

    @Test
    void empty_list_allows_no_incoming_baggage_and_leaves_the_ambient() {
        assertThat(seenWithAmbient(List.of(), "tenant=blue").asMap()).containsOnlyKeys("ambient");
    }

    @Test
    void message_without_any_allowed_entry_leaves_the_ambient_baggage() {
        assertThat(seenWithAmbient(List.of("tenant"), "user=7").asMap()).containsOnlyKeys("ambient");
    }

    @Test
    void incoming_list_never_filters_the_ambient_baggage() {
        assertThat(seenWithAmbient(List.of("tenant"), null).asMap()).containsOnlyKeys("ambient");
    }

    @Test
    void outgoing_baggage_is_what_the_list_allows() {
        ToyQueue queue = queue(policy -> policy.outgoingBaggage(List.of("tenant")));
        ToyMessage sent = sendWithBaggage(queue);

        assertThat(sent.headers().get("baggage")).containsExactly("tenant=blue");
    }

    @Test
    void empty_list_allows_no_outgoing_baggage() {
        ToyMessage sent = sendWithBaggage(queue(policy -> policy.outgoingBaggage(List.of())));

        assertThat(sent.headers()).containsOnlyKeys("traceparent");
    }

    @Test
    void all_baggage_goes_out_by_default() {
        ToyMessage sent = sendWithBaggage(queue(policy -> policy));

        assertThat(sent.headers().get("baggage").get(0).split(",")).containsExactlyInAnyOrder("tenant=blue", "user=7");
    }

    private Baggage seenWithAmbient(List<String> allowed, String header) {
        ToyQueue queue = queue(policy -> policy.incomingBaggage(allowed));
        ToyMessage message = ToyMessage.to("orders");
        Baggage ambient = Baggage.builder().put("ambient", "1").build();
        try (Scope scope = Context.root().with(ambient).makeCurrent()) {
            return queue.messages()
                    .call(header == null ? message : message.header("baggage", header), m -> Baggage.current());
        }
    }

    private static ToyMessage sendWithBaggage(ToyQueue queue) {
        Baggage baggage =
                Baggage.builder().put("tenant", "blue").put("user", "7").build();
        try (Scope scope = Context.root().with(baggage).makeCurrent()) {
            return queue.send(ToyMessage.to("orders"));
        }
    }

    private ToyQueue queue(java.util.function.UnaryOperator<MessagingPolicy> policy) {
        return new ToyQueue(recorded.messaging(policy));
    }
}
