package dev.linkspan.propagation;

import static dev.linkspan.propagation.Headers.ORIGIN;
import static dev.linkspan.propagation.Headers.TRACEPARENT;
import static dev.linkspan.propagation.RecordedTelemetry.links;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyCarrier;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stands in a header, it is only data. */
class HostileHeadersTest {

    private static final String EXTRACTED = "linkspan.propagation.extracted";
    private static final String OUTCOME = "linkspan.outcome";

    private final RecordedTelemetry recorded = RecordedTelemetry.create();
    private final MessageTracer<ToyMessage> tracer =
            recorded.messaging().tracer(new ToyAdapter(), ClientFacts.NONE, true);

    static List<String> malformed() {
        return List.of(
                "",
                " ",
                "00",
                TRACEPARENT.toUpperCase(java.util.Locale.ROOT),
                " " + TRACEPARENT,
                TRACEPARENT + " ",
                TRACEPARENT + "-extra",
                "\"" + TRACEPARENT + "\"",
                TRACEPARENT.replace("00-", "ff-"),
                TRACEPARENT.replace(Headers.TRACE_ID, "0".repeat(32)),
                TRACEPARENT.replace(Headers.SPAN_ID, "0".repeat(16)),
                TRACEPARENT.substring(0, 54),
                TRACEPARENT.replace('-', '_'),
                "\uffff".repeat(55),
                "00-" + Headers.TRACE_ID + "-" + Headers.SPAN_ID + "-0\uffff",
                "\u0000".repeat(55),
                "\ufffd".repeat(200),
                "\ud800",
                TRACEPARENT + "\n",
                TRACEPARENT.replace('1', '\u0661'));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformed_traceparent_gives_a_span_without_links_and_is_counted(String value) {
        assertProcessed(ToyMessage.to("orders").header("traceparent", value).header("tracestate", "a=1"));

        assertThat(links(recorded.span("process orders"))).isEmpty();
        assertThat(recorded.count(EXTRACTED, OUTCOME, "malformed")).isOne();
        assertThat(recorded.count(EXTRACTED)).isOne();
    }

    @ParameterizedTest
    @ValueSource(ints = {257, 8_192, 1_000_000})
    void oversized_traceparent_gives_a_span_without_links_and_is_counted(int length) {
        String later = "01" + TRACEPARENT.substring(2) + "-";
        assertProcessed(ToyMessage.to("orders").header("traceparent", later + "x".repeat(length - later.length())));

        assertThat(links(recorded.span("process orders"))).isEmpty();
        assertThat(recorded.count(EXTRACTED, OUTCOME, "oversized")).isOne();
        assertThat(recorded.count("linkspan.propagation.rejected", "linkspan.reason", "oversized"))
                .isOne();
    }

    @Test
    void traceparent_of_a_later_version_is_read_up_to_256_bytes() {
        String later = "01" + TRACEPARENT.substring(2) + "-";
        assertProcessed(ToyMessage.to("orders").header("traceparent", later + "x".repeat(256 - later.length())));

        assertThat(links(recorded.span("process orders"))).containsExactly(ORIGIN);
    }

    @Test
    void message_without_any_trace_header_is_counted_as_missing() {
        assertProcessed(ToyMessage.to("orders").header("tracestate", "a=1").header("other", "x"));

        assertThat(recorded.count(EXTRACTED, OUTCOME, "missing")).isOne();
        assertThat(links(recorded.span("process orders"))).isEmpty();
    }

    @Test
    void header_with_a_null_value_counts_as_missing() {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        List<String> nothing = new ArrayList<>();
        nothing.add(null);
        headers.put("traceparent", nothing);
        headers.put(null, List.of("x"));
        assertProcessed(ToyMessage.to("orders").headers(headers));

        assertThat(recorded.count(EXTRACTED, OUTCOME, "missing")).isOne();
    }

    @Test
    void poisoned_message_among_good_ones_costs_its_own_link_only() {
        List<ToyMessage> batch = new ArrayList<>();
        for (String value : malformed()) {
            batch.add(ToyMessage.to("orders").header("traceparent", value));
            batch.add(ToyMessage.to("orders").header("traceparent", Headers.traceparent(batch.size(), true)));
        }
        tracer.startBatch(batch).close();

        assertThat(links(recorded.span("process orders"))).hasSize(malformed().size());
    }

    /** Every UTF-16 unit at every place of a valid traceparent; the propagator must be asked for ASCII only. */
    @Test
    void each_unit_at_each_place_of_a_traceparent_is_either_valid_or_refused() {
        MessagingTelemetry messaging = recorded.messaging();
        ToyCarrier carrier = new ToyCarrier();
        int valid = 0;
        Map<String, List<String>> headers = new HashMap<>();
        for (int place = 0; place < TRACEPARENT.length(); place++) {
            char[] chars = TRACEPARENT.toCharArray();
            for (int unit = 0; unit <= 0xffff; unit++) {
                chars[place] = (char) unit;
                headers.put("traceparent", List.of(new String(chars)));
                if (Extraction.of(messaging.propagation, carrier, headers, Context.root())
                        .spanContext()
                        .isValid()) {
                    valid++;
                }
            }
        }

        assertThat(valid).isEqualTo(835);
        assertThat(recorded.count("linkspan.telemetry.errors")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"traceparent", "tracestate", "baggage", "unrelated"})
    void megabyte_in_a_header_costs_next_to_nothing(String name) {
        for (char filler : new char[] {' ', ',', 'a', '=', '%', '\u00e9'}) {
            byte[] megabyte = String.valueOf(filler).repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
            Map<String, byte[]> headers = new HashMap<>();
            headers.put("traceparent", bytes(TRACEPARENT));
            headers.put(name, megabyte);
            assertThat(allocatedBy(headers))
                    .as("bytes allocated over a megabyte of '%s' in %s", filler, name)
                    .isLessThan(64 * 1024);
        }
    }

    @Test
    void text_that_a_carrier_has_whole_is_read_as_far_as_it_may_be_long() {
        ToyCarrier carrier = new ToyCarrier() {
            @Override
            public @Nullable String get(Map<String, List<String>> headers, String name, int maxLength) {
                return headers.containsKey(name) ? headers.get(name).get(0) : null;
            }
        };
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Tracestate", List.of(",".repeat(1_000_000)));

        assertThat(new FieldReader<>(carrier, headers).read("tracestate", 8_192))
                .hasSize(8_193);
        assertThat(carrier.peekAlone(headers, "Tracestate", name -> true, 256)).hasSize(257);
    }

    @Test
    void thousands_of_headers_cost_a_bounded_amount() {
        Map<String, byte[]> headers = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            headers.put("header-" + i, bytes("x"));
        }

        assertThat(allocatedBy(headers)).isLessThan(64 * 1024);
    }

    private void assertProcessed(ToyMessage message) {
        boolean[] handled = {false};
        tracer.process(message, ignored -> handled[0] = true);
        assertThat(handled[0]).isTrue();
        assertThat(recorded.spans()).hasSize(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private long allocatedBy(Map<String, byte[]> headers) {
        Propagation propagation = recorded.messaging().propagation;
        BytesCarrier carrier = new BytesCarrier();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Extraction.of(propagation, carrier, headers, Context.root());
        long before = threads.getCurrentThreadAllocatedBytes();
        Extraction.of(propagation, carrier, headers, Context.root());
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Headers as brokers hold them. */
    private static final class BytesCarrier implements HeaderCarrier<Map<String, byte[]>> {

        @Override
        public @Nullable String get(Map<String, byte[]> headers, String name, int maxLength) {
            byte[] value = headers.get(name);
            return value == null ? null : HeaderCarrier.decode(value, maxLength);
        }

        @Override
        public Iterable<String> names(Map<String, byte[]> headers) {
            return headers.keySet();
        }

        @Override
        public void set(Map<String, byte[]> headers, String name, String value) {
            headers.put(name, bytes(value));
        }

        @Override
        public void remove(Map<String, byte[]> headers, String name) {
            headers.remove(name);
        }
    }

    @Test
    void counter_tells_which_destination_lacks_context() {
        tracer.process(ToyMessage.to("bills"), message -> {});

        assertThat(recorded.counter(EXTRACTED))
                .containsOnly(Map.entry(
                        Attributes.of(
                                Semconv.SYSTEM, "toy", Semconv.DESTINATION_NAME, "bills", Semconv.OUTCOME, "missing"),
                        1L));
    }
}
