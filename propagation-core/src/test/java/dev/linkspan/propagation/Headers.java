package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;

/** Trace headers that tests write and read by hand. */
final class Headers {

    static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    static final String SPAN_ID = "b7ad6b7169203331";
    static final String TRACEPARENT = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";
    /** What a link to the span in {@link #TRACEPARENT} is called. */
    static final String ORIGIN = TRACE_ID + "/" + SPAN_ID;

    private Headers() {}

    /** A traceparent that differs for each number. */
    static String traceparent(int number, boolean sampled) {
        return "00-" + traceId(number) + "-" + spanId(number) + (sampled ? "-01" : "-00");
    }

    static String traceId(int number) {
        return "0".repeat(16) + spanId(number);
    }

    static String spanId(int number) {
        String hex = Integer.toHexString(number + 1);
        return "0".repeat(16 - hex.length()) + hex;
    }

    static String origin(int number) {
        return traceId(number) + "/" + spanId(number);
    }

    /** The one traceparent of a message as the span it names. Flags are not compared: SDKs differ in the random bit. */
    static String carried(ToyMessage message) {
        List<String> values = message.headers().get("traceparent");
        assertThat(values).as("traceparent of %s", message).hasSize(1);
        return values.get(0).substring(3, 35) + "/" + values.get(0).substring(36, 52);
    }

    static void assertCarries(ToyMessage message, SpanData span) {
        assertThat(carried(message)).isEqualTo(RecordedTelemetry.id(span));
    }
}
