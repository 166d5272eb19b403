package dev.linkspan.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a team enforces propagation in its own build, without a broker. */
class ShopTest {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private final MockProducer<String, String> producer =
            new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");

    @Test
    void every_order_is_traced_to_its_producer() {
        Shop shop = new Shop(otel.openTelemetry(), producer, consumer); // your code; it wraps its clients

        shop.place("chair");
        deliver(); // or a real broker in between
        shop.handleOrders();

        otel.awaitSpans(3);
        otel.assertThatSpans().propagates("orders").followsConventions();
    }

    @Test
    void orders_are_packed() {
        Shop shop = new Shop(otel.openTelemetry(), producer, consumer);
        shop.place("chair");
        deliver();

        shop.handleOrders();

        assertThat(shop.packed()).containsExactly("chair");
    }

    /** Hands the consumer what the producer sent, as a broker would. */
    private void deliver() {
        TopicPartition partition = new TopicPartition("orders", 0);
        consumer.assign(List.of(partition));
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        long offset = 0;
        for (ProducerRecord<String, String> sent : producer.history()) {
            consumer.addRecord(new ConsumerRecord<>(
                    sent.topic(),
                    0,
                    offset++,
                    ConsumerRecord.NO_TIMESTAMP,
                    TimestampType.NO_TIMESTAMP_TYPE,
                    ConsumerRecord.NULL_SIZE,
                    ConsumerRecord.NULL_SIZE,
                    sent.key(),
                    sent.value(),
                    sent.headers(),
                    Optional.empty()));
        }
    }
}
