package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The propagator breaks, is not there, or meets what it cannot read. */
class BrokenPropagatorFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f06_inject_that_throws_sends_the_message_as_it_was(Transport transport) {
        for (Fault fault : PropagatorFaults.injecting()) {
            FaultResult result = fault.on(transport);

            long unchanged = PropagatorFaults.unchanged(result);
            result.figure("headers the caller's in %,d of 10,000", unchanged);
            assertThat(unchanged).isEqualTo(10_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f07_extract_that_throws_costs_one_link(Transport transport) {
        FaultResult result =
                PropagatorFaults.extracting(4_321).control(Invariant.I1).on(transport);

        long links = result.linkspan().spans().named("process").stream()
                .mapToLong(span -> span.getLinks().size())
                .sum();
        long expected = transport == Transport.BATCH ? 20 * 128 : 9_999;
        result.figure("%,d links of %,d", links, expected);
        assertThat(links).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f08_null_where_there_should_be_none_loses_nothing(Transport transport) {
        PropagatorFaults.fieldsOfNull().on(transport);
        PropagatorFaults.fieldsThatThrow().on(transport);
        FaultResult carriers = PropagatorFaults.nullArguments().on(transport);

        assertThat(carriers.linkspan().wire()).hasSize(10_000).allSatisfy((id, headers) -> {
            List<String> names = headers.stream().map(Header::name).toList();
            assertThat(names).as("whole or not at all").isIn(List.of("tenant"), List.of("tenant", "traceparent"));
        });
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f14_broken_baggage_does_not_fill_the_log(Transport transport) {
        PropagatorFaults.brokenBaggage().on(transport);
        FaultResult result = PropagatorFaults.brokenBaggageThatThrows().on(transport);

        result.figure(
                "%d own log line, %,d characters logged in all, %,d errors counted",
                result.linkspan().ownLogLines().size(),
                result.linkspan().logCharacters(),
                result.linkspan().telemetryErrors());
        assertThat(result.linkspan().ownLogLines()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f28_telemetry_that_is_off_leaves_no_trace_on_the_wire(Transport transport) {
        for (Fault fault : PropagatorFaults.off()) {
            fault.on(transport).figure("bytes as sent bare in 10,000 of 10,000");
        }
    }
}
