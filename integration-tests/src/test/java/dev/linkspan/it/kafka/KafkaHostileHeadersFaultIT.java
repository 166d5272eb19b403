package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.FaultResult;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.HostileHeaders;
import dev.linkspan.faults.Invariant;
import dev.linkspan.faults.Telemetry;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Headers that a broker carries and nobody should have sent. */
@Tag("faults")
@ExtendWith(KafkaExtension.class)
class KafkaHostileHeadersFaultIT {

    @Test
    void f11_poisoned_records_cost_their_own_link_and_nothing_else(KafkaClients kafka) {
        List<HostileHeaders.Case> cases = new ArrayList<>(HostileHeaders.w3c());
        cases.addAll(HostileHeaders.others());

        FaultResult result = Fault.of("F11", "hostile headers")
                .messages(4 * cases.size())
                .arriving(id -> id % 4 == 0 ? cases.get(id / 4).headers() : null)
                .telemetry(Telemetry::naiveReadsHeaderByHand)
                .control(Invariant.I2)
                .on(KafkaFaults.WHERE, KafkaFaults.on(kafka));

        long linked = cases.stream().filter(HostileHeaders.Case::linked).count();
        assertThat(links(result)).hasSize((int) (3L * cases.size() + linked));
        result.figure("%d hostile among %d", cases.size(), 4 * cases.size());
    }

    @Test
    void f12_headers_as_large_as_the_broker_takes_are_read_as_far_as_they_may_be_long(KafkaClients kafka) {
        List<List<Header>> kinds = List.copyOf(HostileHeaders.huge().values());

        FaultResult result = Fault.of("F12", "huge headers")
                .messages(2 * kinds.size())
                .arriving(id -> kinds.get(id / 2))
                .on(KafkaFaults.WHERE, KafkaFaults.on(kafka));

        assertThat(links(result)).hasSize(2 * (kinds.size() - 1));
    }

    @Test
    void f13_several_traceparents_are_one_link_without_the_tracestate_of_another(KafkaClients kafka) {
        FaultResult result = Fault.of("F13", "100 traceparents")
                .messages(100)
                .headers(id -> HostileHeaders.copies(200))
                .arriving(id -> HostileHeaders.copies(100))
                .control(Invariant.I5)
                .on(KafkaFaults.WHERE, KafkaFaults.on(kafka));

        assertThat(links(result)).hasSize(100).allSatisfy(link -> {
            assertThat(link.getSpanContext().getSpanId()).isEqualTo(HostileHeaders.SPAN_ID);
            assertThat(link.getSpanContext().getTraceState().isEmpty()).isTrue();
        });
    }

    private static List<LinkData> links(FaultResult result) {
        return result.linkspan().spans().named("process").stream()
                .flatMap(span -> span.getLinks().stream())
                .toList();
    }
}
