package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages from producers that mean no good, or do not know better, among those of our own. */
class HostileHeadersFaultTest {

    private static final int POLL = 100;
    private static final double MOST_MILLIS = 5;
    private static final long MOST_ALLOCATED = 64 * 1024;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f11_poisoned_messages_cost_their_own_link_and_nothing_else(Transport transport) {
        List<HostileHeaders.Case> cases = new ArrayList<>(HostileHeaders.w3c());
        cases.addAll(HostileHeaders.others());
        Poison poison = new Poison(cases, 10_000);

        FaultResult result = Fault.of("F11", "hostile headers")
                .pollSize(POLL)
                .arriving(poison::headers)
                .telemetry(Telemetry::naiveReadsHeaderByHand)
                .control(Invariant.I2)
                .on(transport);

        assertThat(links(result.linkspan())).isEqualTo(poison.expectedLinks(transport == Transport.BATCH ? POLL : 1));
        double slowest = cases.stream()
                .mapToDouble(one -> HostileReading.of(transport, one.headers()).millis())
                .max()
                .orElseThrow();
        result.figure("%d hostile, every other one linked, slowest %.2f ms", cases.size(), slowest);
        assertThat(slowest).as("milliseconds over one message").isLessThanOrEqualTo(MOST_MILLIS);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f12_huge_headers_are_read_as_far_as_they_may_be_long(Transport transport) {
        Map<String, List<Header>> huge = HostileHeaders.huge();
        List<List<Header>> kinds = List.copyOf(huge.values());
        FaultResult result = Fault.of("F12", "huge headers")
                .messages(1_000)
                .arriving(id -> kinds.get(id % kinds.size()))
                .on(transport);

        double slowest = 0;
        long most = 0;
        for (List<Header> headers : kinds) {
            HostileReading reading = HostileReading.of(transport, headers);
            slowest = Math.max(slowest, reading.millis());
            most = Math.max(most, reading.allocated());
        }
        long naive = HostileReading.naive(List.of(Header.of("traceparent", "x".repeat(1_000_000))))
                .allocated();
        result.report().control("I5: to read a header of 1 MB takes " + naive / 1024 + " KB of memory");
        result.figure("slowest %.2f ms, at most %d KB allocated", slowest, most / 1024);
        assertThat(slowest).as("milliseconds over one message").isLessThanOrEqualTo(MOST_MILLIS);
        assertThat(most).as("bytes allocated over one message").isLessThanOrEqualTo(MOST_ALLOCATED);
        assertThat(naive).as("bytes that naive tracing allocates").isGreaterThan(MOST_ALLOCATED);
    }

    @ParameterizedTest
    @CsvSource({"CORE, 2", "CORE, 100", "BATCH, 2", "BATCH, 100", "KAFKA, 2", "KAFKA, 100"})
    void f13_several_traceparents_are_one_link_without_the_tracestate_of_another(Transport transport, int copies) {
        FaultResult result = Fault.of("F13", copies + " traceparents")
                .pollSize(1)
                .messages(1_000)
                .arriving(id -> HostileHeaders.copies(copies))
                .on(transport);

        List<LinkData> links = result.linkspan().spans().named("process").stream()
                .flatMap(span -> span.getLinks().stream())
                .toList();
        assertThat(links).hasSize(1_000).allSatisfy(link -> {
            assertThat(link.getSpanContext().getSpanId()).isEqualTo(HostileHeaders.SPAN_ID);
            assertThat(link.getSpanContext().getTraceState().isEmpty()).isTrue();
        });
    }

    /** On SQS a name stands once. */
    @ParameterizedTest
    @EnumSource(names = "SQS", mode = EnumSource.Mode.EXCLUDE)
    void f13_message_that_was_forwarded_200_times_by_appending_goes_out_with_one_traceparent(Transport transport) {
        FaultResult result = Fault.of("F13", "forwarded 200 times")
                .messages(1_000)
                .headers(id -> HostileHeaders.copies(200))
                .control(Invariant.I5)
                .on(transport);

        assertThat(result.linkspan().wire().values())
                .allSatisfy(headers ->
                        assertThat(headers.stream().map(Header::name)).containsExactlyInAnyOrder("traceparent"));
        result.figure("1 traceparent, 1 link, no tracestate of another's");
    }

    private static long links(Observation seen) {
        return seen.spans().named("process").stream()
                .mapToLong(span -> span.getLinks().size())
                .sum();
    }

    /** Which message arrives with which case: they stand evenly among good ones. */
    private record Poison(List<HostileHeaders.Case> cases, int messages) {

        List<Header> headers(int id) {
            HostileHeaders.Case hostile = of(id);
            return hostile == null ? null : hostile.headers();
        }

        HostileHeaders.Case of(int id) {
            int every = messages / cases.size();
            return id % every == every / 2 && id / every < cases.size() ? cases.get(id / every) : null;
        }

        /** One for each good message; the hostile ones that are linked all have the same producer. */
        long expectedLinks(int batch) {
            long links = 0;
            for (int start = 0; start < messages; start += batch) {
                boolean linked = false;
                for (int id = start; id < start + batch; id++) {
                    links += of(id) == null ? 1 : 0;
                    linked |= of(id) != null && of(id).linked();
                }
                links += linked ? 1 : 0;
            }
            return links;
        }
    }
}
