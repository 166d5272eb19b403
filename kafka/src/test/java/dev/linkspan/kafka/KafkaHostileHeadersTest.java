package dev.linkspan.kafka;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a record brings is only data. */
@Timeout(30)
@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaHostileHeadersTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void null_value_counts_as_absent() {
        assertThat(outcome(new RecordHeaders().add("traceparent", null))).isEqualTo("missing");
    }

    @Test
    void empty_name_is_no_trouble() {
        assertThat(outcome(new RecordHeaders().add("", null).add("", new byte[] {1})))
                .isEqualTo("missing");
    }

    @Test
    void bytes_that_are_no_text_are_malformed() {
        assertThat(outcome(new RecordHeaders().add("traceparent", new byte[] {(byte) 0xff, (byte) 0xfe, 0})))
                .isEqualTo("malformed");
        assertThat(outcome(new RecordHeaders().add("traceparent", "00-\uffff".getBytes(UTF_8))))
                .isEqualTo("malformed");
    }

    @Test
    void text_cut_inside_a_character_is_malformed() {
        byte[] euro = "00-€".getBytes(UTF_8);
        assertThat(outcome(new RecordHeaders().add("traceparent", Arrays.copyOf(euro, euro.length - 1))))
                .isEqualTo("malformed");
    }

    @Test
    void broken_forms_of_traceparent_are_malformed() {
        for (String broken : List.of(
                "",
                " ",
                "00",
                "\"" + Received.TRACEPARENT + "\"",
                " " + Received.TRACEPARENT,
                "ff" + Received.TRACEPARENT.substring(2),
                Received.TRACEPARENT.toUpperCase(Locale.ROOT),
                "00-00000000000000000000000000000000-b7ad6b7169203331-01")) {
            assertThat(outcome(Received.headers("traceparent", broken)))
                    .as(broken)
                    .isEqualTo("malformed");
        }
    }

    @Test
    void huge_values_are_oversized() {
        assertThat(outcome(new RecordHeaders().add("traceparent", new byte[1_000_000])))
                .isEqualTo("oversized");
    }

    @Test
    void closest_producer_wins_where_there_are_several() {
        Headers headers = Received.headers(
                "traceparent", Received.traceparent(1),
                "traceparent", Received.traceparent(2),
                "tracestate", "vendor=of-which");
        headers.add("traceparent", null);
        SpanData process = process(headers);

        assertThat(RecordedTelemetry.linkedSpans(process)).containsExactly(Received.spanId(2));
        assertThat(process.getLinks().get(0).getSpanContext().getTraceState().isEmpty())
                .isTrue();
        assertThat(telemetry.counted("linkspan.propagation.rejected", "linkspan.reason"))
                .containsEntry("conflicting", 1L);
    }

    @Test
    void identical_copies_do_not_conflict() {
        Headers headers = Received.headers(
                "traceparent", Received.TRACEPARENT,
                "traceparent", Received.TRACEPARENT,
                "tracestate", "vendor=1");
        SpanData process = process(headers);

        assertThat(process.getLinks().get(0).getSpanContext().getTraceState().get("vendor"))
                .isEqualTo("1");
        assertThat(telemetry.counted("linkspan.propagation.rejected")).isEmpty();
    }

    @Test
    void name_in_another_case_is_found_but_only_in_ascii() {
        assertThat(outcome(Received.headers("TraceParent", Received.TRACEPARENT)))
                .isEqualTo("linked");
        assertThat(outcome(Received.headers("TRACEPARENT", Received.TRACEPARENT)))
                .isEqualTo("linked");
    }

    @Test
    void ten_thousand_headers_are_no_trouble() {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < 10_000; i++) {
            headers.add("h" + i, new byte[100]);
        }
        assertThat(outcome(headers)).isEqualTo("missing");
    }

    @Test
    void noise_never_stops_a_poll_a_process_or_a_forward() {
        Random random = new Random(7);
        FakeProducer<String, String> client = FakeProducer.acknowledging();
        for (int i = 0; i < 500; i++) {
            Headers headers = new RecordHeaders();
            for (String name : List.of("traceparent", "tracestate", "baggage", "b3", "Traceparent")) {
                byte[] noise = new byte[random.nextInt(300)];
                random.nextBytes(noise);
                headers.add(name, random.nextInt(10) == 0 ? null : noise);
            }
            ConsumerRecord<String, String> record = Received.record("orders", 0, i, headers);
            FakeConsumer consumer = FakeConsumer.of(record);
            kafka.wrap(consumer).poll(Duration.ZERO);
            kafka.records(consumer)
                    .process(
                            record,
                            r -> kafka.wrap(client)
                                    .send(new ProducerRecord<>("orders", null, r.key(), r.value(), r.headers())));
        }
        assertThat(client.sent)
                .hasSize(500)
                .allSatisfy(sent ->
                        assertThat(Received.snapshot(sent.record().headers())).hasSize(1));
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();
    }

    @Test
    void received_headers_are_never_written() {
        Headers headers = Received.headers("traceparent", "broken", "baggage", "also broken", "tenant", "blue");
        List<String> before = Received.snapshot(headers);
        ((RecordHeaders) headers).setReadOnly();
        process(headers);

        assertThat(Received.snapshot(headers)).isEqualTo(before);
        assertThat(telemetry.counted("linkspan.telemetry.errors")).isEmpty();
    }

    private SpanData process(Headers headers) {
        telemetry.forgetSpans();
        kafka.records(new FakeConsumer()).process(Received.record("orders", 0, 0, headers), record -> {});
        return telemetry.span();
    }

    /** What the metrics say of a record with these headers. */
    private String outcome(Headers headers) {
        Map<String, Long> before = telemetry.counted("linkspan.propagation.extracted", "linkspan.outcome");
        SpanData process = process(headers);
        Map<String, Long> after = telemetry.counted("linkspan.propagation.extracted", "linkspan.outcome");
        List<String> changed = after.keySet().stream()
                .filter(key -> !after.get(key).equals(before.get(key)))
                .toList();
        assertThat(changed).hasSize(1);
        assertThat(process.getLinks()).hasSize(changed.get(0).equals("linked") ? 1 : 0);
        return changed.get(0);
    }
}
