package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application's own code fails. */
class HandlerFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f09_handler_that_throws_is_heard_unchanged(Transport transport) {
        FaultResult result = Fault.of("F09", "every tenth handler throws")
                .handler(HandlerFaultTest::fail)
                .control(Invariant.I4)
                .on(transport);

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

    private static void fail(int id) throws Exception {
        if (id % 10 == 0) {
            switch (id / 10 % 200) {
                case 0 -> overflow(id);
                case 1, 2 -> throw new AssertionError("handler");
                case 3, 4 -> throw new IOException("handler");
                default -> throw new IllegalStateException("handler");
            }
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f10_interrupted_handler_stays_interrupted(Transport transport) {
        Fault.of("F10", "handler leaves the flag")
                .handler(id -> {
                    if (id % 10 == 0) {
                        Thread.currentThread().interrupt();
                    }
                })
                .on(transport);
        FaultResult thrown = Fault.of("F10", "handler throws InterruptedException")
                .handler(id -> {
                    if (id % 100 == 0) {
                        throw new InterruptedException("handler");
                    }
                })
                .control(Invariant.I4)
                .on(transport);
        FaultResult waiting = Fault.of("F10", "handler is interrupted while it waits")
                .handler(id -> {
                    if (id % 100 == 0) {
                        Thread.currentThread().interrupt();
                        Thread.sleep(60_000);
                    }
                })
                .control(Invariant.I4)
                .on(transport);

        waiting.figure(
                "%d interrupts came out, the same objects",
                waiting.linkspan().arrived.size());
        assertThat(thrown.linkspan().arrived).hasSize(transport == Transport.BATCH ? 20 : 100);
        assertThat(waiting.linkspan().arrived).hasSize(transport == Transport.BATCH ? 20 : 100);
    }
}
