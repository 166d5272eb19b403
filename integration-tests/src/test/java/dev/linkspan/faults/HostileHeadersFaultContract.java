package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Headers that a broker carries and nobody should have sent. */
@Tag("faults")
public abstract class HostileHeadersFaultContract {

    /** For the report, such as {@code nats broker}. */
    protected abstract String where();

    protected abstract Fault.Opener opener();

    /** Whether a message with these headers arrives, and with these very ones. */
    protected abstract boolean carries(List<Header> headers);

    /** As large as headers of one message may be. */
    protected abstract int mostBytes();

    protected final FaultResult run(Fault fault) {
        return fault.on(where(), opener());
    }

    @Test
    void f11_poisoned_messages_cost_their_own_link_and_nothing_else() {
        List<HostileHeaders.Case> cases = new ArrayList<>(HostileHeaders.w3c());
        cases.addAll(HostileHeaders.others());
        cases.removeIf(one -> !carries(one.headers()));
        FaultResult result = run(Fault.of("F11", "hostile headers")
                .messages(4 * cases.size())
                .arriving(id -> id % 4 == 0 ? cases.get(id / 4).headers() : null)
                .telemetry(Telemetry::naiveReadsHeaderByHand)
                .control(Invariant.I2));

        long linked = cases.stream().filter(HostileHeaders.Case::linked).count();
        result.figure("%d hostile among %d", cases.size(), 4 * cases.size());
        assertThat(cases).hasSizeGreaterThan(50);
        assertThat(TelemetryFaultContract.links(result)).hasSize((int) (3L * cases.size() + linked));
    }

    @Test
    void f12_headers_as_large_as_the_broker_takes_are_read_as_far_as_they_may_be_long() {
        List<List<Header>> kinds = new ArrayList<>(HostileHeaders.huge(mostBytes()).values());
        kinds.removeIf(headers -> !carries(headers));
        FaultResult result = run(Fault.of("F12", "huge headers")
                .messages(2 * kinds.size())
                .arriving(id -> kinds.get(id / 2)));

        result.figure("%d kinds of up to %,d bytes", kinds.size(), mostBytes());
        assertThat(TelemetryFaultContract.links(result)).hasSize(2 * (kinds.size() - 1));
    }
}
