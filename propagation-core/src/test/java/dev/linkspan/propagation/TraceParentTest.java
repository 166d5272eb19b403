package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyCarrier;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The short way for a plain traceparent reads what W3C's propagator reads, and leaves everything else to that. */
class TraceParentTest {

    private static final String VALID = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapPropagator BAGGAGE = W3CBaggagePropagator.getInstance();

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final TraceParent traceParent = new TraceParent();

    @Test
    void each_byte_at_each_place_is_read_as_the_propagator_reads_it_or_not_at_all() {
        int read = 0;
        for (int place = 0; place < VALID.length(); place++) {
            byte[] value = VALID.getBytes(StandardCharsets.ISO_8859_1);
            for (int unit = 0; unit < 256; unit++) {
                value[place] = (byte) unit;
                read += assertReadAsByThePropagator(value) ? 1 : 0;
            }
        }

        // 52 digits of 16 each, but for the two of the version, which stand as they are, like the three dashes
        assertThat(read).isEqualTo(50 * 16 + 5);
    }

    /** Eight digits are read at once, and what is wrong with one must not be made good by the one beside it. */
    @Test
    void each_two_bytes_at_each_place_are_read_as_the_propagator_reads_them_or_not_at_all() {
        int read = 0;
        for (int place = 0; place + 1 < VALID.length(); place++) {
            byte[] value = VALID.getBytes(StandardCharsets.ISO_8859_1);
            for (int both = 0; both < 1 << 16; both++) {
                value[place] = (byte) (both >> 8);
                value[place + 1] = (byte) both;
                read += assertReadAsByThePropagator(value) ? 1 : 0;
            }
        }

        // neighbours within the ids and flags; a digit beside a dash; and the version with what surrounds it
        assertThat(read).isEqualTo((31 + 15 + 1) * 256 + 5 * 16 + 2);
    }

    @Test
    void contexts_at_random_are_read_as_the_propagator_reads_them() {
        Random random = new Random(20261121);
        for (int i = 0; i < 100_000; i++) {
            String value = String.format(
                    "00-%016x%016x-%016x-%02x",
                    random.nextLong(), random.nextLong(), random.nextLong(), random.nextInt(256));
            assertThat(assertReadAsByThePropagator(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .isTrue();
        }
    }

    @Test
    void ids_of_zeros_and_other_lengths_are_left_to_the_propagator() {
        for (String other : List.of(
                "",
                VALID.substring(1),
                VALID + "-",
                VALID.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
                VALID.replace("b7ad6b7169203331", "0".repeat(16)),
                VALID.replaceFirst("00", "01"),
                VALID.toUpperCase())) {
            assertThat(traceParent.read(other.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(other)
                    .isFalse();
        }
    }

    @Test
    void message_with_another_w3c_field_or_a_second_traceparent_is_left_to_the_propagator() {
        Map<String, List<String>> headers =
                new LinkedHashMap<>(Map.of("traceparent", List.of(VALID), "x", List.of("y")));
        assertThat(readsAlone(W3C, headers)).isTrue();

        for (String name : List.of("tracestate", "baggage", "Traceparent", "TRACESTATE", "Baggage")) {
            Map<String, List<String>> more = new LinkedHashMap<>(headers);
            more.put(name, List.of(VALID));
            assertThat(readsAlone(W3C, more)).as(name).isFalse();
        }
        assertThat(readsAlone(W3C, Map.of("traceparent", List.of(VALID, VALID.replace('b', 'c')))))
                .isFalse();
        assertThat(readsAlone(W3C, Map.of("Traceparent", List.of(VALID)))).isFalse();
        assertThat(readsAlone(W3C, Map.of())).isFalse();
    }

    @Test
    void only_opentelemetrys_own_propagators_go_the_short_way() {
        Map<String, List<String>> headers = Map.of("traceparent", List.of(VALID));

        assertThat(readsAlone(TextMapPropagator.composite(W3C, BAGGAGE), headers))
                .isTrue();
        assertThat(readsAlone(TextMapPropagator.composite(BAGGAGE, W3C), headers))
                .isTrue();
        assertThat(readsAlone(BAGGAGE, headers)).isFalse();
        assertThat(readsAlone(TextMapPropagator.noop(), headers)).isFalse();
        assertThat(readsAlone(TextMapPropagator.composite(W3C, new Own()), headers))
                .isFalse();
        assertThat(readsAlone(new Own(), headers)).isFalse();
    }

    private boolean readsAlone(TextMapPropagator propagator, Map<String, List<String>> headers) {
        Propagation propagation = new Propagation(propagator, recorded.messaging().errors);
        return traceParent.readAlone(propagation, new ToyCarrier(), headers);
    }

    private boolean assertReadAsByThePropagator(byte[] value) {
        if (!traceParent.read(value)) {
            return false;
        }
        SpanContext theirs = Span.fromContext(W3C.extract(Context.root(), value, new OneField()))
                .getSpanContext();
        assertThat(theirs.isValid()).isTrue();
        assertThat(traceParent.toSpanContext(value)).isEqualTo(theirs);
        assertThat(TraceParent.toSpanContext(
                        traceParent.traceIdHigh(), traceParent.traceIdLow(), traceParent.spanId(), traceParent.flags()))
                .isEqualTo(theirs);
        assertThat(traceParent.isSampled()).isEqualTo(theirs.isSampled());
        return true;
    }

    private static final class OneField implements TextMapGetter<byte[]> {
        @Override
        public Iterable<String> keys(byte[] value) {
            return List.of("traceparent");
        }

        @Override
        public String get(byte[] value, String key) {
            return key.equals("traceparent") ? new String(value, StandardCharsets.ISO_8859_1) : null;
        }
    }

    /** One that claims W3C's fields and means something else by them. */
    private static final class Own implements TextMapPropagator {
        @Override
        public List<String> fields() {
            return List.of("traceparent", "tracestate");
        }

        @Override
        public <C> void inject(
                Context context, C carrier, io.opentelemetry.context.propagation.TextMapSetter<C> setter) {}

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            return context;
        }

        @Override
        public String toString() {
            return W3C.toString();
        }
    }
}
