package dev.linkspan.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PoliciesTest {

    private static final AttributeKey<String> KEY = AttributeKey.stringKey("messaging.kafka.message.key");

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @Test
    void a_policy_of_kafka_holds_for_its_producers() {
        assertThat(sentBy(Policies.ofKafka(otel.openTelemetry()))
                        .getAttributes()
                        .get(KEY))
                .isNull();
    }

    @Test
    void shared_policies_hold_too() {
        assertThat(sentBy(Policies.shared(otel.openTelemetry())).getAttributes().get(KEY))
                .isEqualTo("o-17");
    }

    private static SpanData sentBy(KafkaTelemetry kafka) {
        Producer<String, String> producer =
                kafka.wrap(new MockProducer<>(true, null, new StringSerializer(), new StringSerializer()));
        producer.send(new ProducerRecord<>("orders", "o-17", "two chairs"));
        return otel.awaitSpans(1).get(0);
    }
}
