package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Much at once, the same again, and clocks. */
class LoadFaultTest {

    private static final AttributeKey<Long> LEFT_OUT = AttributeKey.longKey("linkspan.links.left_out");
    private static final AttributeKey<Long> STANDS_FOR = AttributeKey.longKey("linkspan.link.message_count");

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f16_message_that_is_sent_again_and_again_stays_as_it_was(Transport transport) {
        FaultResult result = Fault.of("F16", "one message, 8 threads, 1,000 times each")
                .messages(1_000)
                .sameMessageFrom(8)
                .control(Invariant.I6)
                .on(transport);

        long distinct = result.linkspan().spans().named("send").stream()
                .map(SpanData::getSpanId)
                .distinct()
                .count();
        result.figure("%,d distinct spans, message unchanged", distinct);
        assertThat(distinct).isEqualTo(8_000);
        if (transport != Transport.BATCH) {
            assertThat(result.linkspan().spans().named("process").stream()
                            .flatMap(span -> span.getLinks().stream())
                            .map(link -> link.getSpanContext().getSpanId())
                            .distinct())
                    .as("what consumers link to")
                    .hasSize(8_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f21_batch_of_ten_thousand_producers_has_128_links(Transport transport) {
        Fault fault =
                Fault.of("F21", "10,000 messages in a batch").pollSize(10_000).inBatches();
        FaultResult result = (transport == Transport.CORE ? fault : fault.control(Invariant.I5)).on(transport);

        SpanData span = batchSpan(result, transport);
        result.figure(
                "1 span, %d links, %,d left out",
                span.getLinks().size(), span.getAttributes().get(LEFT_OUT));
        assertThat(span.getLinks()).hasSize(128);
        assertThat(span.getTotalRecordedLinks())
                .as("the SDK had nothing to drop")
                .isEqualTo(128);
        assertThat(span.getAttributes().get(LEFT_OUT)).isEqualTo(9_872);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f22_batch_of_one_producer_has_one_link(Transport transport) {
        Fault fault = Fault.of("F22", "500 messages of one producer")
                .messages(500)
                .inBatches()
                .sentElsewhere()
                .headers(id -> List.of(Traceparents.header(17)));
        FaultResult result = (transport == Transport.CORE ? fault : fault.control(Invariant.I5)).on(transport);

        SpanData span = batchSpan(result, transport);
        result.figure("%d link for 500 messages", span.getLinks().size());
        assertThat(span.getLinks()).hasSize(1);
        assertThat(span.getLinks().get(0).getSpanContext().getSpanId()).isEqualTo(Traceparents.spanId(17));
        assertThat(span.getLinks().get(0).getAttributes().get(STANDS_FOR)).isEqualTo(500);
        assertThat(result.linkspan().spans().all())
                .flatExtracting(SpanData::getLinks)
                .extracting(LinkData::getSpanContext)
                .allMatch(SpanContext::isValid);
    }

    /** Without batches, many messages meet in the span of the poll. */
    private static SpanData batchSpan(FaultResult result, Transport transport) {
        List<SpanData> spans = result.linkspan().spans().named(transport == Transport.CORE ? "receive" : "process");
        assertThat(spans).hasSize(1);
        return spans.get(0);
    }

    @Test
    void f26_client_that_is_wrapped_twice_is_traced_once() {
        FaultResult twice = Fault.of("F26", "wrapped twice")
                .wrappedTwice()
                .control(Invariant.I5)
                .on(Transport.KAFKA);
        assertTracedOnce(twice);
        FaultResult inside =
                Fault.of("F26", "our interceptors inside").intercepted().on(Transport.KAFKA);
        assertTracedOnce(inside);
        inside.figure("1 traceparent each, 0 spans twice");
    }

    private static void assertTracedOnce(FaultResult result) {
        assertThat(result.linkspan().wire())
                .allSatisfy((id, headers) -> assertThat(headers).hasSize(2));
        assertThat(result.linkspan().spans().named("send")).hasSize(10_000);
        assertThat(result.linkspan().spans().named("process")).hasSize(10_000);
        assertThat(result.linkspan().spans().named("poll")).hasSize(20);
        assertThat(result.linkspan().spans().all()).hasSize(20_020);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f29_clock_that_jumps_back_makes_no_span_end_before_it_began(Transport transport) {
        FaultResult result = SdkFaults.jumpingClock().on(transport);
        result.figure(
                "%,d spans, 0 of negative duration", result.linkspan().spans().ended());
    }

    /** No emulator has this limit. */
    @Test
    void f15_message_as_large_as_sqs_takes_is_delivered_without_attributes_of_ours() {
        FaultResult result = Fault.of("F15", "message of 1,048,576 bytes")
                .messages(100)
                .headers(LoadFaultTest::filling)
                .control(Invariant.I1)
                .on(Transport.SQS);

        assertThat(result.bare().handledCount()).isEqualTo(100);
        assertThat(result.linkspan().wire())
                .hasSize(100)
                .allSatisfy((id, headers) -> assertThat(headers).hasSize(1));
        assertThat(result.linkspan().spans().named("process"))
                .hasSize(100)
                .allSatisfy(span -> assertThat(span.getLinks()).hasSize(1));
        result.figure("100 delivered at the limit exactly, and linked by AWSTraceHeader");
    }

    private static List<Header> filling(int id) {
        long others = MemorySqs.bytes(Integer.toString(id), SqsWire.attributes(List.of(Header.of("filler", ""))));
        return List.of(Header.of("filler", "x".repeat((int) (MemorySqs.MOST_BYTES - others))));
    }
}
