package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The SDK, or what an application plugs into it, breaks. */
class BrokenSdkFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f01_exporter_that_blocks_holds_nobody_up(Transport transport) {
        FaultResult result = SdkFaults.blockedExporter("F01", "exporter blocks", 2048)
                .messages(transport == Transport.CORE ? 100_000 : 20_000)
                .on(transport);
        result.figure(
                "p99 of a handled call %.1f us, bare %.1f us",
                result.linkspan().processes().micros(0.99),
                result.bare().processes().micros(0.99));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f03_queue_that_is_full_holds_nobody_up(Transport transport) {
        FaultResult result =
                SdkFaults.blockedExporter("F03", "queue of one", 1).on(transport);
        result.figure(
                "p99 of a handled call %.1f us, bare %.1f us",
                result.linkspan().processes().micros(0.99),
                result.bare().processes().micros(0.99));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f02_exporter_that_throws_loses_nothing(Transport transport) {
        for (boolean batches : List.of(true, false)) {
            for (Supplier<Throwable> failure : SdkFaults.failures()) {
                Fault fault = SdkFaults.exporter(batches, failure).messages(countWith(failure.get()));
                (SdkFaults.isFelt(batches, failure) ? fault.control(Invariant.I1) : fault).on(transport);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f04_sampler_that_breaks_loses_nothing(Transport transport) {
        for (Supplier<Throwable> failure : SdkFaults.failures()) {
            SdkFaults.throwingSampler(failure)
                    .messages(countWith(failure.get()))
                    .on(transport);
        }
        FaultResult nothing = SdkFaults.samplerOfNothing().messages(1_000).on(transport);

        assertThat(nothing.linkspan().wire())
                .allSatisfy((id, headers) -> assertThat(headers)
                        .as("whole or not at all")
                        .extracting(Header::toString)
                        .containsExactly("tenant=blue"));
        assertThat(nothing.linkspan().telemetryErrors()).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f05_span_processor_that_throws_loses_nothing(Transport transport) {
        for (Supplier<Throwable> failure : SdkFaults.failures()) {
            FaultResult atStart = SdkFaults.processorAtStart(failure)
                    .messages(countWith(failure.get()))
                    .on(transport);
            FaultResult atEnd = SdkFaults.processorAtEnd(failure)
                    .messages(countWith(failure.get()))
                    .control(Invariant.I1)
                    .on(transport);

            assertThat(atStart.linkspan().spans().started()).as("every second").isPositive();
            assertThat(atEnd.linkspan().networkDeath()).isNull();
        }
    }

    /** Errors are the rarer kind. */
    private static int countWith(Throwable failure) {
        return failure instanceof Error ? 1_000 : 10_000;
    }
}
