package dev.linkspan.faults;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;

/** What the spans say of messages that came several times. */
public final class Redeliveries {

    private Redeliveries() {}

    /**
     * The delivery counts on the process spans of one message, as the broker told them; the same for each message. Each span
     * has one link, and each producer's span is linked to.
     *
     * @param send the operation's name
     */
    public static List<String> deliveryCounts(FaultResult result, String send) {
        Map<String, List<SpanData>> byProducer = result.linkspan().spans().named("process").stream()
                .peek(span -> assertThat(span.getLinks()).hasSize(1))
                .collect(groupingBy(
                        span -> span.getLinks().get(0).getSpanContext().getSpanId()));
        assertThat(byProducer.keySet())
                .containsExactlyInAnyOrderElementsOf(result.linkspan().spans().named(send).stream()
                        .map(SpanData::getSpanId)
                        .toList());
        List<List<String>> counts = byProducer.values().stream()
                .map(spans -> spans.stream()
                        .map(span ->
                                String.valueOf(span.getAttributes().get(longKey("linkspan.message.delivery_count"))))
                        .toList())
                .distinct()
                .toList();
        assertThat(counts).hasSize(1);
        return counts.get(0);
    }
}
