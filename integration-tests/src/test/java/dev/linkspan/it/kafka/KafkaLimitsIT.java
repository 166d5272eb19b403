package dev.linkspan.it.kafka;

import static dev.linkspan.it.SpanQueries.one;
import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records at the limits of client and broker: a message without a trace is better than a trace without a message. */
@ExtendWith(KafkaExtension.class)
class KafkaLimitsIT {

    /** The largest value that a producer with default settings takes, bare and with a traceparent of 68 bytes. */
    private static final int LARGEST_BARE = 1_048_489;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    private KafkaTelemetry telemetry;

    @BeforeEach
    void set_up() {
        telemetry = KafkaTelemetry.create(otel.openTelemetry());
    }

    @ParameterizedTest
    @CsvSource({"-69, true", "-68, true", "-67, false", "-1, false", "0, false"})
    void a_record_at_the_request_limit_is_delivered_with_our_header_if_it_fits(
            int difference, boolean linked, KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<byte[], byte[]> producer =
                telemetry.wrap(kafka.producer(new ByteArraySerializer(), new ByteArraySerializer(), Map.of()));

        await(producer.send(new ProducerRecord<>(topic, new byte[LARGEST_BARE + difference])));

        assertThat(poll(kafka.consumerOf(topic), 1).get(0).headers().lastHeader("traceparent") != null)
                .isEqualTo(linked);
        otel.awaitSpans(1);
    }

    @Test
    void a_record_whose_size_only_the_serializer_knows_is_sent_again_bare(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<byte[], Integer> producer = telemetry.wrap(kafka.producer(
                new ByteArraySerializer(), (name, size) -> new byte[size], Map.of("max.request.size", 10_000)));
        List<String> answers = Collections.synchronizedList(new ArrayList<>());

        await(producer.send(new ProducerRecord<>(topic, 10_000 - 87), (metadata, failure) -> {
            answers.add(failure == null ? "delivered" : failure.toString());
        }));

        assertThat(poll(kafka.consumerOf(topic), 1).get(0).headers()).isEmpty();
        assertThat(answers).containsExactly("delivered");
        assertThat(one(otel.awaitSpans(1), "send " + topic).getStatus().getStatusCode())
                .isEqualTo(StatusCode.UNSET);
    }

    @Test
    void a_topic_s_own_limit_is_not_known_here_and_the_failure_reaches_the_caller(KafkaClients kafka) {
        String topic = kafka.topic(1, Map.of("max.message.bytes", "1000"));
        String value = "x".repeat(930);
        await(kafka.producer().send(new ProducerRecord<>(topic, value)));
        Producer<String, String> producer = telemetry.wrap(kafka.producer());

        assertThat(producer.send(new ProducerRecord<>(topic, value)))
                .failsWithin(java.time.Duration.ofSeconds(30))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(RecordTooLargeException.class);

        assertThat(one(otel.awaitSpans(1), "send " + topic).getStatus().getStatusCode())
                .isEqualTo(StatusCode.ERROR);
    }

    @Test
    void a_topic_s_own_limit_can_be_told_as_the_producer_s(KafkaClients kafka) {
        String topic = kafka.topic(1, Map.of("max.message.bytes", "1000"));
        Producer<String, String> producer = telemetry.wrap(kafka.producer(), Map.of("max.request.size", 1000));

        await(producer.send(new ProducerRecord<>(topic, "x".repeat(900))));

        assertThat(poll(kafka.consumerOf(topic), 1).get(0).headers()).isEmpty();
        otel.awaitSpans(1);
    }
}
