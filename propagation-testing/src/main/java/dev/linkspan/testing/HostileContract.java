package dev.linkspan.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What messages carry that nobody should have sent. */
@SuppressWarnings("MemberName") // tests are named as sentences
abstract class HostileContract<O, M> extends HandlerContract<O, M> {

    HostileContract() {}

    @Test
    void hostile_context_gives_a_span_without_a_link() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        int sent = 0;
        for (Map.Entry<String, byte[]> hostile : Hostile.traceparents().entrySet()) {
            if (client().carries("traceparent", hostile.getValue())) {
                client().sendBare(message(destination, hostile.getKey(), Map.entry("traceparent", hostile.getValue())));
                sent++;
            }
        }
        for (M message : receive(destination, sent)) {
            process(message);
        }

        spans().destination(destination).hasNoLinks().hasProcessSpans(sent);
    }

    @Test
    void hostile_headers_beside_a_valid_context_do_not_cost_the_link() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        int sent = 0;
        for (Map.Entry<String, Map.Entry<String, byte[]>> hostile :
                Hostile.companions().entrySet()) {
            Map.Entry<String, byte[]> header = hostile.getValue();
            if (client().carries(header.getKey(), header.getValue())) {
                client().sendBare(message(destination, hostile.getKey(), header("traceparent", Hostile.VALID), header));
                sent++;
            }
        }
        for (M message : receive(destination, sent)) {
            process(message);
        }

        assertThat(spansOf("process"))
                .hasSize(sent)
                .allSatisfy(span -> assertThat(span.data.getLinks()).hasSize(1));
    }

    @Test
    void conflicting_copies_of_a_context_give_one_link_and_no_mixture() throws Exception {
        connect();
        String destination = client().uniqueDestination();
        if (!client().carriesDuplicates()) {
            return;
        }
        String other = Hostile.VALID.replace("0af7", "1bf8");
        client().sendBare(message(
                destination,
                "twice",
                header("traceparent", Hostile.VALID),
                header("tracestate", "of=first"),
                header("traceparent", other)));
        process(receiveOne(destination));

        assertThat(onlySpanOf("process").data.getLinks()).singleElement().satisfies(link -> {
            assertThat(link.getSpanContext().getTraceId()).isIn(Hostile.VALID.substring(3, 35), other.substring(3, 35));
            assertThat(link.getSpanContext().getTraceState().isEmpty()).isTrue();
        });
    }
}
