package dev.linkspan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.linkspan.propagation.MessageTracer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The agent and OpenTelemetry's library start a process span with each record that an iterator of a poll hands out. */
class KafkaPolledRecordsTest {

    private final RecordedTelemetry telemetry = RecordedTelemetry.create();
    private final KafkaTelemetry kafka = KafkaTelemetry.create(telemetry.sdk());
    private final HookedRecords records = new HookedRecords(Map.of(
            new TopicPartition("orders", 0),
            List.of(Received.traced("orders", 0, 1), Received.traced("orders", 0, 2))));

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void iterator_is_left_to_the_application_by_a_wrapped_consumer() {
        kafka.wrap(FakeConsumer.of(records)).poll(Duration.ZERO);

        assertThat(RecordedTelemetry.linkedSpans(telemetry.span()))
                .containsExactly(Received.spanId(1), Received.spanId(2));
        assertThat(records.iterators).isZero();
    }

    @Test
    void iterator_is_left_to_the_application_by_the_interceptor() {
        KafkaTelemetryConsumerInterceptor<String, String> interceptor = new KafkaTelemetryConsumerInterceptor<>();
        interceptor.configure(Map.of(KafkaTelemetry.CONFIG_KEY, kafka));
        interceptor.onConsume(records);
        interceptor.close();

        assertThat(RecordedTelemetry.linkedSpans(telemetry.span()))
                .containsExactly(Received.spanId(1), Received.spanId(2));
        assertThat(records.iterators).isZero();
    }

    @Test
    void iterator_is_left_to_the_application_by_a_batch() {
        MessageTracer<ConsumerRecord<String, String>> tracer = kafka.records(FakeConsumer.of(records));
        tracer.startBatch(records).close();

        assertThat(RecordedTelemetry.linkedSpans(telemetry.span()))
                .containsExactly(Received.spanId(1), Received.spanId(2));
        assertThat(tracer.listOf(records)).hasSize(2);
        assertThat(records.iterators).isZero();
    }

    @Test
    void order_is_that_of_the_iterator_and_empty_partitions_are_passed_over() {
        Map<TopicPartition, List<ConsumerRecord<String, String>>> byPartition = new LinkedHashMap<>();
        byPartition.put(new TopicPartition("orders", 2), List.of());
        byPartition.put(new TopicPartition("orders", 1), List.of(Received.traced("orders", 1, 7)));
        byPartition.put(new TopicPartition("orders", 3), List.of());
        byPartition.put(
                new TopicPartition("orders", 0),
                List.of(Received.traced("orders", 0, 3), Received.traced("orders", 0, 4)));
        byPartition.put(new TopicPartition("refunds", 0), List.of());
        HookedRecords several = new HookedRecords(byPartition);

        assertThat(KafkaPolledRecords.of(several)).containsExactlyElementsOf(several);
    }

    @Test
    void after_the_last_record_there_is_none() {
        Iterator<ConsumerRecord<String, String>> none =
                KafkaPolledRecords.of(new HookedRecords(Map.of())).iterator();

        assertThat(none.hasNext()).isFalse();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(none::next);
    }

    private static final class HookedRecords extends ConsumerRecords<String, String> {

        int iterators;

        @SuppressWarnings({"deprecation", "removal"}) // its successor is not there in kafka-clients 3.9
        HookedRecords(Map<TopicPartition, List<ConsumerRecord<String, String>>> records) {
            super(records);
        }

        @Override
        public Iterator<ConsumerRecord<String, String>> iterator() {
            iterators++;
            return super.iterator();
        }
    }
}
