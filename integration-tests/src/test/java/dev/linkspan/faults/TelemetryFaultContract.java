package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Telemetry that fails in an application over a broker that hands messages to handlers, and lets others pull them. */
@Tag("faults")
public abstract class TelemetryFaultContract {

    /** For the report, such as {@code nats broker}. */
    protected abstract String where();

    protected abstract Fault.Opener opener();

    /** Whether messages can have a header twice, which then shows that naive tracing wrote two. */
    protected abstract boolean repeatsHeaders();

    /** In each run. */
    protected int messages() {
        return 1_000;
    }

    /** The name of a send span's operation. */
    protected String sendOperation() {
        return "publish";
    }

    /** With the same telemetry, on the same broker. */
    protected final FaultResult run(Fault fault) {
        return fault.messages(messages()).on(where(), opener());
    }

    @Test
    void f01_exporter_that_blocks_holds_nobody_up() {
        FaultResult result =
                run(SdkFaults.blockedExporter("F01", "exporter blocks", 2048).pulled());
        result.figure(
                "p99 of a handled call %.0f us", result.linkspan().processes().micros(0.99));
    }

    @Test
    void f02_exporter_that_throws_loses_nothing() {
        for (boolean batches : List.of(true, false)) {
            for (Supplier<Throwable> failure : SdkFaults.failures()) {
                Fault fault = SdkFaults.exporter(batches, failure);
                run(SdkFaults.isFelt(batches, failure) ? fault.control(Invariant.I2) : fault);
            }
        }
    }

    @Test
    void f03_queue_that_is_full_holds_nobody_up() {
        FaultResult result =
                run(SdkFaults.blockedExporter("F03", "queue of one", 1).pulled());
        result.figure(
                "p99 of a handled call %.0f us", result.linkspan().processes().micros(0.99));
    }

    @Test
    void f04_sampler_that_breaks_loses_nothing() {
        for (Supplier<Throwable> failure : SdkFaults.failures()) {
            run(SdkFaults.throwingSampler(failure));
        }
        run(SdkFaults.throwingSampler(() -> new IllegalStateException("broken")).pulled());
        FaultResult nothing = run(SdkFaults.samplerOfNothing());

        assertThat(PropagatorFaults.unchanged(nothing))
                .as("whole or not at all")
                .isEqualTo(messages());
        assertThat(nothing.linkspan().telemetryErrors()).isGreaterThanOrEqualTo(messages());
    }

    @Test
    void f05_span_processor_that_throws_leaves_the_client_alive() {
        for (Supplier<Throwable> failure : SdkFaults.failures()) {
            FaultResult atStart = run(SdkFaults.processorAtStart(failure));
            run(SdkFaults.processorAtEnd(failure).control(Invariant.I2));
            run(SdkFaults.processorAtEnd(failure).control(Invariant.I2).pulled());

            assertThat(atStart.linkspan().spans().started()).as("every second").isPositive();
        }
    }

    @Test
    void f06_inject_that_throws_sends_the_message_as_it_was() {
        for (Fault fault : PropagatorFaults.injecting()) {
            FaultResult result = run(fault);

            long unchanged = PropagatorFaults.unchanged(result);
            result.figure("headers the caller's in %,d", unchanged);
            assertThat(unchanged).isEqualTo(messages());
        }
    }

    @Test
    void f07_extract_that_throws_costs_one_link() {
        oneLinkLess(run(PropagatorFaults.extracting(messages() / 2).control(Invariant.I1)));
        oneLinkLess(run(PropagatorFaults.extracting(messages() / 2)
                .control(Invariant.I1)
                .pulled()));
    }

    private void oneLinkLess(FaultResult result) {
        List<LinkData> links = links(result);
        result.figure("%,d links", links.size());
        assertThat(links).hasSize(messages() - 1);
    }

    @Test
    void f08_null_where_there_should_be_none_loses_nothing() {
        run(PropagatorFaults.fieldsOfNull());
        run(PropagatorFaults.fieldsThatThrow());
        FaultResult carriers = run(PropagatorFaults.nullArguments());

        assertThat(carriers.linkspan().wire()).hasSize(messages()).allSatisfy((id, headers) -> {
            List<String> names = headers.stream().map(Header::name).toList();
            assertThat(names).as("whole or not at all").isIn(List.of("tenant"), List.of("tenant", "traceparent"));
        });
    }

    @Test
    void f09_handler_that_throws_is_heard_unchanged() {
        failures(run(HandlerFaults.throwing()));
        failures(run(HandlerFaults.throwing().pulled()));
    }

    private void failures(FaultResult result) {
        List<SpanData> failed = result.linkspan().spans().named("process").stream()
                .filter(span -> span.getStatus().getStatusCode() == StatusCode.ERROR)
                .toList();
        result.figure(
                "%,d thrown, the same objects; as many spans with an error",
                result.linkspan().raised.size());
        assertThat(result.linkspan().raised).hasSize(messages() / 10);
        assertThat(failed).hasSize(messages() / 10);
    }

    @Test
    void f10_interrupted_handler_stays_interrupted() {
        FaultResult pushed = run(HandlerFaults.leavingTheFlag());
        run(HandlerFaults.leavingTheFlag().pulled());
        for (Fault fault : HandlerFaults.interrupted()) {
            run(fault);
        }
        for (Fault fault : HandlerFaults.interrupted()) {
            FaultResult pulled = run(fault.pulled());
            assertThat(pulled.linkspan().arrived).hasSize(messages() / 100);
        }
        pushed.figure(
                "%,d handled by who leaves the flag, as bare", pushed.bare().handledCount());
    }

    @Test
    void f14_broken_baggage_does_not_fill_the_log() {
        run(PropagatorFaults.brokenBaggage());
        FaultResult result = run(PropagatorFaults.brokenBaggageThatThrows());

        result.figure("%,d characters logged in all", result.linkspan().logCharacters());
        assertThat(result.linkspan().ownLogLines()).hasSize(1);
    }

    @Test
    void f16_message_that_is_sent_again_and_again_stays_as_it_was() {
        FaultResult result =
                run(Fault.of("F16", "one message, 8 threads").sameMessageFrom(8).control(Invariant.I6));

        result.figure("%,d distinct contexts, message unchanged", 8 * messages());
        assertThat(result.linkspan().spans().named(sendOperation()).stream()
                        .map(SpanData::getSpanId)
                        .distinct())
                .hasSize(8 * messages());
        assertThat(links(result).stream()
                        .map(link -> link.getSpanContext().getSpanId())
                        .distinct())
                .as("what consumers link to")
                .hasSize(8 * messages());
    }

    @Test
    void f22_batch_of_one_producer_has_one_link() {
        // more than a span may have links
        int count = Math.max(messages(), 200);
        FaultResult result = Fault.of("F22", "messages of one producer")
                .messages(count)
                .pollSize(count)
                .inBatches()
                .pulled()
                .sentElsewhere()
                .headers(id -> List.of(Traceparents.header(17)))
                .control(Invariant.I5)
                .on(where(), opener());

        List<LinkData> links = links(result);
        result.figure("%d link for %,d messages", links.size(), count);
        assertThat(links)
                .singleElement()
                .returns(Traceparents.spanId(17), link -> link.getSpanContext().getSpanId());
    }

    @Test
    void f26_client_that_is_wrapped_twice_is_traced_once() {
        Fault fault = Fault.of("F26", "wrapped twice").wrappedTwice();
        FaultResult twice = run(repeatsHeaders() ? fault.control(Invariant.I5) : fault);

        tracedOnce(twice);
        twice.figure("1 traceparent each, 0 spans twice");
    }

    /** What each message has and each span is there for, once. */
    protected final void tracedOnce(FaultResult result) {
        assertThat(result.linkspan().wire())
                .hasSize(messages())
                .allSatisfy((id, headers) -> assertThat(headers).hasSize(2));
        assertThat(result.linkspan().spans().named(sendOperation())).hasSize(messages());
        assertThat(result.linkspan().spans().named("process")).hasSize(messages());
    }

    @Test
    void f28_telemetry_that_is_off_leaves_no_trace_on_the_wire() {
        for (Fault fault : PropagatorFaults.off()) {
            run(fault).figure("headers as sent bare in %,d", messages());
        }
    }

    @Test
    void f29_clock_that_jumps_back_makes_no_span_end_before_it_began() {
        FaultResult result = run(SdkFaults.jumpingClock());
        result.figure(
                "%,d spans, 0 of negative duration", result.linkspan().spans().ended());
    }

    protected static List<LinkData> links(FaultResult result) {
        return result.linkspan().spans().named("process").stream()
                .flatMap(span -> span.getLinks().stream())
                .toList();
    }
}
