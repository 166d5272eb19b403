package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.linkspan.propagation.MessageTracer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // as Kafka's users do
class KafkaRecordReuseTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final FakeProducer<String, String> client = FakeProducer.acknowledging();
    private final Producer<String, String> producer = kafka.wrap(client);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void one_record_sent_a_thousand_times_stays_as_it_was() {
        ProducerRecord<String, String> record =
                new ProducerRecord<>("orders", 3, 123L, "key", "value", Received.headers("tenant", "blue"));
        ProducerRecord<String, String> same =
                new ProducerRecord<>("orders", 3, 123L, "key", "value", Received.headers("tenant", "blue"));
        for (int i = 0; i < 1000; i++) {
            producer.send(record);
        }

        assertThat(record).isEqualTo(same);
        assertThat(client.sent).hasSize(1000);
        assertThat(client.sent.stream()
                        .map(sent -> Received.spanIdIn(sent.record().headers())))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.length() == 16);
        assertThat(telemetry.spans("send orders")).hasSize(1000);
    }

    @Test
    void record_that_a_bare_producer_sent_and_closed_can_be_sent_again() {
        ProducerRecord<String, String> record =
                new ProducerRecord<>("orders", null, "key", "value", Received.headers("tenant", "blue"));
        client.send(record);
        assertThatThrownBy(() -> record.headers().add("more", null)).isInstanceOf(IllegalStateException.class);

        producer.send(record);
        producer.send(record);

        assertThat(client.sent.subList(1, 3).stream()
                        .map(sent -> Received.spanIdIn(sent.record().headers())))
                .doesNotHaveDuplicates()
                .containsExactlyElementsOf(telemetry.spans().stream()
                        .map(span -> span.getSpanContext().getSpanId())
                        .toList());
        assertThat(Received.snapshot(record.headers())).containsExactly("tenant=blue");
    }

    @Test
    void headers_that_the_caller_gave_stay_writable() {
        ProducerRecord<String, String> record = new ProducerRecord<>("orders", "value");
        producer.send(record);

        assertThat(record.headers().add("more", null)).hasSize(1);
    }

    @Test
    void five_hops_leave_one_traceparent_and_link_each_to_the_one_before() {
        MessageTracer<ConsumerRecord<String, String>> records = kafka.records(new FakeConsumer());
        producer.send(new ProducerRecord<>("hop-0", "value"));
        for (int hop = 1; hop <= 5; hop++) {
            String topic = "hop-" + hop;
            records.process(
                    Received.of(client.lastRecord()),
                    record -> producer.send(
                            new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers())));
        }

        assertThat(Received.snapshot(client.lastRecord().headers())).hasSize(1);
        assertThat(Received.spanIdIn(client.lastRecord().headers()))
                .isEqualTo(telemetry.span("send hop-5").getSpanId());
        for (int hop = 1; hop <= 5; hop++) {
            assertThat(RecordedTelemetry.linkedSpans(telemetry.span("send hop-" + hop)))
                    .containsExactly(telemetry.span("send hop-" + (hop - 1)).getSpanId());
        }
    }

    @Test
    void every_stale_field_goes_however_it_is_written() {
        Headers headers = Received.headers(
                "traceparent", Received.traceparent(1),
                "TraceParent", Received.traceparent(2),
                "tracestate", "old=1",
                "TRACESTATE", "old=2",
                "baggage", "old=3",
                "b3", "0",
                "X-B3-TraceId", Received.TRACE_ID,
                "tenant", "blue",
                "traceparent", Received.traceparent(3));
        producer.send(new ProducerRecord<>("orders", null, "key", "value", headers));

        Headers sent = client.lastRecord().headers();
        assertThat(Received.snapshot(sent))
                .containsExactly(
                        "tenant=blue",
                        "traceparent=" + Received.values(sent, "traceparent").get(0));
        assertThat(Received.spanIdIn(sent)).isEqualTo(telemetry.span().getSpanId());
    }

    @Test
    void headers_of_other_names_keep_their_bytes_and_order() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("b", new byte[] {(byte) 0xff, 0});
        headers.add("a", null);
        headers.add("b", new byte[0]);
        headers.add("", new byte[] {1});
        producer.send(new ProducerRecord<>("orders", null, "key", "value", headers));

        List<Object> sent = List.of((Object[]) client.lastRecord().headers().toArray());
        assertThat(sent.subList(0, 4)).isEqualTo(List.of((Object[]) headers.toArray()));
    }
}
