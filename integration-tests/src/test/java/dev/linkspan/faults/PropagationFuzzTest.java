package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Headers that a fuzzer makes from the hostile ones, through each propagator; coverage of Linkspan's and OpenTelemetry's
 * code leads it. It starts from the same seed each time, and what it may not exceed is a number of inputs, not a time.
 */
class PropagationFuzzTest {

    private static final byte HEADER = 0x1e;
    private static final byte VALUE = 0x1f;

    private static final List<FuzzedPropagator> PROPAGATORS = FuzzedPropagator.all();

    static Stream<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        HostileHeaders.w3c().forEach(hostile -> seeds.add(encoded(0, hostile.headers())));
        HostileHeaders.others().forEach(hostile -> seeds.add(encoded(seeds.size(), hostile.headers())));
        List<List<Header>> written = FuzzedPropagator.written();
        for (int i = 0; i < written.size(); i++) {
            seeds.add(encoded(i % PROPAGATORS.size(), written.get(i)));
        }
        return seeds.stream();
    }

    @MethodSource("seeds")
    @DictionaryEntries({
        "traceparent", "tracestate", "baggage", "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled", "X-B3-Flags",
        "uber-trace-id", "uberctx-", "jaeger-baggage", "X-Amzn-Trace-Id", "Root=1-", ";Parent=", ";Sampled=1",
                "Lineage=",
        "00-12345678901234567890123456789012-1234567890123456-01", "%", "=", ",", ";"
    })
    @FuzzTest(maxExecutions = 10_000, maxDuration = "")
    void whatever_stands_in_the_headers_is_only_data(byte[] input) {
        if (input.length == 0) {
            return;
        }
        PROPAGATORS.get(Byte.toUnsignedInt(input[0]) % PROPAGATORS.size()).assertOnlyData(decoded(input));
    }

    /** One byte names the propagator; then each header: 0x1e, its name, and unless its value is null 0x1f and that. */
    private static byte[] encoded(int propagator, List<Header> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(propagator);
        for (Header field : fields) {
            out.write(HEADER);
            out.writeBytes(field.name().getBytes(UTF_8));
            if (field.value() != null) {
                out.write(VALUE);
                out.writeBytes(field.value());
            }
        }
        return out.toByteArray();
    }

    private static List<RecordHeader> decoded(byte[] input) {
        List<RecordHeader> headers = new ArrayList<>();
        int start = 1;
        while (start < input.length) {
            int end = indexOf(HEADER, input, start + 1, input.length);
            int value = indexOf(VALUE, input, start, end);
            String name = new String(input, Math.min(start + 1, value), Math.max(0, value - start - 1), UTF_8);
            headers.add(new RecordHeader(name, value == end ? null : Arrays.copyOfRange(input, value + 1, end)));
            start = end;
        }
        return headers;
    }

    private static int indexOf(byte wanted, byte[] input, int from, int to) {
        for (int i = from; i < to; i++) {
            if (input[i] == wanted) {
                return i;
            }
        }
        return to;
    }
}
