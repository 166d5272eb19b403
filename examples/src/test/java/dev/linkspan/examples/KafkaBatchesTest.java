package dev.linkspan.examples;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KafkaBatchesTest {

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final MockProducer<String, String> sent =
            new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");
    private final List<String> handled = new ArrayList<>();

    @Test
    void three_hundred_orders_are_one_span_with_128_links_and_a_commit_below_it() {
        deliver(300);
        handleOnePoll(order -> handled.add(order.value()));

        assertThat(handled).hasSize(300);
        SpanData process = named("process orders");
        assertThat(process.getLinks()).hasSize(128);
        assertThat(process.getAttributes().get(longKey("linkspan.links.left_out")))
                .isEqualTo(172);
        assertThat(named("commit orders").getParentSpanId()).isEqualTo(process.getSpanId());
        assertThat(committed()).isEqualTo(300);
        otel.assertThatSpans().propagates("orders").followsConventions();
    }

    @Test
    void order_that_fails_is_not_committed_and_comes_again() {
        deliver(5);
        handleOnePoll(order -> {
            if (order.offset() == 2) {
                throw new IllegalStateException("out of stock");
            }
        });
        assertThat(committed()).isEqualTo(2);
        assertThat(consumer.position(PARTITION)).isEqualTo(2);
    }

    @Test
    void order_whose_stage_fails_is_not_committed_and_the_others_are_not_failed_by_it() {
        deliver(5);
        Iterator<Boolean> running = List.of(true, false).iterator();
        new KafkaBatches(running::next, order -> {})
                .runAsync(
                        KafkaTelemetry.create(otel.openTelemetry()),
                        consumer,
                        order -> order.offset() == 3
                                ? CompletableFuture.failedFuture(new IllegalStateException("out of stock"))
                                : CompletableFuture.completedFuture(null));

        assertThat(committed()).isEqualTo(3);
        assertThat(named("process orders").getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    private void handleOnePoll(java.util.function.Consumer<ConsumerRecord<String, String>> handler) {
        Iterator<Boolean> running = List.of(true, false).iterator();
        new KafkaBatches(running::next, handler).run(KafkaTelemetry.create(otel.openTelemetry()), consumer);
    }

    private long committed() {
        return consumer.committed(Set.of(PARTITION)).get(PARTITION).offset();
    }

    private static SpanData named(String name) {
        return otel.spans().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Hands the consumer what a producer sent, as a broker would. */
    private void deliver(int count) {
        Producer<String, String> producer =
                KafkaTelemetry.create(otel.openTelemetry()).wrap(sent);
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>("orders", "order " + i));
        }
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        long offset = 0;
        for (ProducerRecord<String, String> record : sent.history()) {
            consumer.addRecord(new ConsumerRecord<>(
                    record.topic(),
                    0,
                    offset++,
                    ConsumerRecord.NO_TIMESTAMP,
                    TimestampType.NO_TIMESTAMP_TYPE,
                    ConsumerRecord.NULL_SIZE,
                    ConsumerRecord.NULL_SIZE,
                    record.key(),
                    record.value(),
                    record.headers(),
                    Optional.empty()));
        }
    }
}
