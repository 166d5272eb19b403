package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.examples.KafkaQuickstart;
import dev.linkspan.testing.LinkspanExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The README's first snippet, run as it stands there; no other test uses its topic. */
@ExtendWith(KafkaExtension.class)
class KafkaQuickstartIT {

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void the_first_snippet_sends_and_handles_a_linked_order(KafkaClients kafka) {
        kafka.topic("orders");
        Map<String, Object> producerConfig = kafka.producerSettings(
                Map.of("key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class));
        Map<String, Object> consumerConfig = kafka.consumerSettings(
                kafka.uniqueName(),
                Map.of("key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class));
        List<String> handled = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);

        new KafkaQuickstart(() -> handled.isEmpty() && System.nanoTime() < deadline, handled::add)
                .run(otel.openTelemetry(), producerConfig, consumerConfig);

        assertThat(handled).contains("two chairs");
        otel.awaitSpans(3);
        otel.assertThatSpans().propagates("orders").followsConventions();
    }
}
