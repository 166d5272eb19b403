package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Controls are worth something only if they break because of the fault. */
class NaiveTracingTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void naive_tracing_is_right_while_all_goes_well_but_for_headers_and_links(Transport transport) {
        Set<Invariant> broken = EnumSet.of(Invariant.I6);
        if (transport == Transport.BATCH) {
            broken.add(Invariant.I5);
        }
        assertThat(Fault.of("none", "all is well")
                        .messages(1_000)
                        .compare(Wrapping.NAIVE, transport)
                        .violations())
                .containsOnlyKeys(broken);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void linkspan_is_right_while_all_goes_well(Transport transport) {
        assertThat(Fault.of("none", "all is well")
                        .messages(1_000)
                        .compare(Wrapping.LINKSPAN, transport)
                        .violations())
                .isEmpty();
    }
}
