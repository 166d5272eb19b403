package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.linksOf;
import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records that are sent on with the headers they came with: each hop can be walked, and none is skipped. */
@ExtendWith(KafkaExtension.class)
class KafkaForwardingIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;
    private Producer<String, String> producer;

    @BeforeEach
    void set_up(KafkaClients kafka) {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
        producer = telemetry.wrap(kafka.producer());
    }

    private static ProducerRecord<String, String> copyTo(String topic, ConsumerRecord<String, String> record) {
        return new ProducerRecord<>(topic, null, null, record.key(), record.value(), record.headers());
    }

    @Test
    void a_dead_letter_sent_while_processing_links_back_hop_by_hop(KafkaClients kafka) {
        String orders = kafka.topic();
        String deadLetters = kafka.topic();
        await(producer.send(new ProducerRecord<>(orders, "chair")));
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(orders));
        Consumer<String, String> deadLetterConsumer = telemetry.wrap(kafka.consumerOf(deadLetters));

        telemetry.records(consumer).process(poll(consumer, 1).get(0), record -> {
            await(producer.send(copyTo(deadLetters, record)));
        });
        telemetry
                .records(deadLetterConsumer)
                .process(poll(deadLetterConsumer, 1).get(0), record -> {});

        List<SpanData> spans = otel.awaitSpans(6);
        SpanData sent = one(spans, "send " + orders);
        SpanData process = one(spans, "process " + orders);
        SpanData forwarded = one(spans, "send " + deadLetters);
        assertThat(linksOf(process)).containsExactly(sent.getSpanId());
        assertThat(forwarded.getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(linksOf(forwarded)).containsExactly(sent.getSpanId());
        assertThat(linksOf(one(spans, "process " + deadLetters))).containsExactly(forwarded.getSpanId());
    }

    @Test
    void a_dead_letter_sent_after_processing_links_back_hop_by_hop(KafkaClients kafka) {
        String orders = kafka.topic();
        String deadLetters = kafka.topic();
        await(producer.send(new ProducerRecord<>(orders, "chair")));
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(orders));
        Consumer<String, String> deadLetterConsumer = telemetry.wrap(kafka.consumerOf(deadLetters));

        await(producer.send(copyTo(deadLetters, poll(consumer, 1).get(0))));
        telemetry
                .records(deadLetterConsumer)
                .process(poll(deadLetterConsumer, 1).get(0), record -> {});

        List<SpanData> spans = otel.awaitSpans(5);
        SpanData sent = one(spans, "send " + orders);
        SpanData forwarded = one(spans, "send " + deadLetters);
        assertThat(forwarded.getParentSpanContext().isValid()).isFalse();
        assertThat(linksOf(forwarded)).containsExactly(sent.getSpanId());
        assertThat(linksOf(one(spans, "process " + deadLetters))).containsExactly(forwarded.getSpanId());
    }

    @Test
    void after_five_hops_a_record_carries_one_traceparent_and_five_links_lead_back(KafkaClients kafka) {
        String first = kafka.topic();
        await(producer.send(new ProducerRecord<>(first, "chair")));
        String from = first;
        for (int hop = 0; hop < 5; hop++) {
            String to = kafka.topic();
            Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(from));
            telemetry.records(consumer).process(poll(consumer, 1).get(0), record -> {
                await(producer.send(copyTo(to, record)));
            });
            from = to;
        }

        ConsumerRecord<String, String> last = poll(kafka.consumerOf(from), 1).get(0);

        assertThat(last.headers().headers("traceparent")).hasSize(1);
        List<SpanData> spans = otel.awaitSpans(16);
        SpanData at = one(spans, "send " + from);
        int hops = 0;
        while (!linksOf(at).isEmpty()) {
            String origin = linksOf(at).get(0);
            at = spans.stream()
                    .filter(span -> span.getSpanId().equals(origin))
                    .findFirst()
                    .orElseThrow();
            hops++;
        }
        assertThat(hops).isEqualTo(5);
        assertThat(at.getName()).isEqualTo("send " + first);
    }

    @Test
    void a_record_made_now_and_sent_later_keeps_its_creation_context(KafkaClients kafka) {
        String topic = kafka.topic();
        ProducerRecord<String, String> made = telemetry.create(new ProducerRecord<>(topic, "chair"));
        await(producer.send(made));
        Consumer<String, String> consumer = telemetry.wrap(kafka.consumerOf(topic));

        telemetry.records(consumer).process(poll(consumer, 1).get(0), record -> {});

        List<SpanData> spans = otel.awaitSpans(4);
        SpanData create = one(spans, "create " + topic);
        assertThat(linksOf(one(spans, "send " + topic))).containsExactly(create.getSpanId());
        assertThat(linksOf(one(spans, "process " + topic))).containsExactly(create.getSpanId());
    }
}
