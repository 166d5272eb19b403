package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application's own code fails. */
class HandlerFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f09_handler_that_throws_is_heard_unchanged(Transport transport) {
        FaultResult result = HandlerFaults.throwing().on(transport);

        long errors = result.linkspan().spans().named("process").stream()
                .filter(span -> span.getStatus().getStatusCode() == StatusCode.ERROR)
                .count();
        long events = result.linkspan().spans().named("process").stream()
                .mapToLong(SpanData::getTotalRecordedEvents)
                .sum();
        result.figure(
                "%,d thrown, the same objects; %,d spans with an error, %,d exception events",
                result.linkspan().raised.size(), errors, events);
        assertThat(result.linkspan().raised).hasSize(1_000);
        // of a batch, a tenth failed, which is no error of the batch, and ten are told
        assertThat(errors).isEqualTo(transport == Transport.BATCH ? 0 : 1_000);
        assertThat(events).isEqualTo(transport == Transport.BATCH ? 20 * 10 : 1_000);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f10_interrupted_handler_stays_interrupted(Transport transport) {
        HandlerFaults.leavingTheFlag().on(transport);
        for (Fault fault : HandlerFaults.interrupted()) {
            FaultResult result = fault.on(transport);

            result.figure(
                    "%d interrupts came out, the same objects",
                    result.linkspan().arrived.size());
            assertThat(result.linkspan().arrived).hasSize(transport == Transport.BATCH ? 20 : 100);
        }
    }
}
