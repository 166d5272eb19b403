package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaClients.await;
import static dev.linkspan.it.kafka.KafkaClients.send;
import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static dev.linkspan.it.kafka.KafkaPolls.pollToEnd;
import static dev.linkspan.it.kafka.KafkaPolls.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker under the scenarios does what they take for granted; bare clients only. */
@ExtendWith(KafkaExtension.class)
class KafkaBrokerIT {

    @Test
    void a_record_arrives_as_it_was_sent(KafkaClients kafka) {
        String topic = kafka.topic();
        ProducerRecord<String, String> sent = new ProducerRecord<>(topic, "order-1", "paid");
        sent.headers().add("kind", "order".getBytes(UTF_8));

        await(kafka.producer().send(sent));

        ConsumerRecord<String, String> received =
                poll(kafka.consumerOf(topic), 1).get(0);
        assertThat(received.key()).isEqualTo("order-1");
        assertThat(received.value()).isEqualTo("paid");
        assertThat(received.headers()).containsExactlyElementsOf(sent.headers());
    }

    @Test
    void read_committed_sees_what_was_committed_and_nothing_that_was_aborted(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = kafka.transactionalProducer();
        producer.beginTransaction();
        send(producer, topic, "committed");
        producer.commitTransaction();
        producer.beginTransaction();
        send(producer, topic, "aborted");
        producer.abortTransaction();
        // Whoever has seen this one has passed the aborted one.
        producer.beginTransaction();
        send(producer, topic, "committed last");
        producer.commitTransaction();

        Consumer<String, String> committed =
                kafka.consumer(kafka.uniqueName(), Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"));
        committed.subscribe(List.of(topic));

        assertThat(values(poll(committed, 2))).containsExactly("committed", "committed last");
        assertThat(values(pollToEnd(kafka.consumer(kafka.uniqueName(), Map.of()), topic)))
                .containsExactly("committed", "aborted", "committed last");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void a_second_member_takes_over_half_of_the_partitions(String groupProtocol, KafkaClients kafka) {
        String topic = kafka.topic(4);
        String group = kafka.uniqueName();
        Map<String, ?> settings = Map.of(ConsumerConfig.GROUP_PROTOCOL_CONFIG, groupProtocol);
        Consumer<String, String> first = kafka.consumer(group, settings);
        first.subscribe(List.of(topic));
        until(
                () -> {
                    first.poll(Duration.ofMillis(50));
                    return first.assignment().size() == 4;
                },
                () -> "all partitions for the only member: " + first.assignment());

        Consumer<String, String> second = kafka.consumer(group, settings);
        second.subscribe(List.of(topic));

        until(
                () -> {
                    first.poll(Duration.ofMillis(50));
                    second.poll(Duration.ofMillis(50));
                    return first.assignment().size() == 2 && second.assignment().size() == 2;
                },
                () -> "two partitions each: " + first.assignment() + ", " + second.assignment());
        assertThat(first.assignment()).doesNotContainAnyElementsOf(second.assignment());
    }

    @Test
    @Tag("since-kafka-4.1")
    void a_share_group_redelivers_what_was_released_and_nothing_else(KafkaClients kafka) {
        String topic = kafka.topic();
        Producer<String, String> producer = kafka.producer();
        send(producer, topic, "accept", "release", "reject");
        ShareConsumer<String, String> consumer = kafka.shareConsumer(
                kafka.shareGroup(), Map.of(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit"));
        consumer.subscribe(List.of(topic));

        List<ConsumerRecord<String, String>> first = poll(
                consumer,
                3,
                record -> consumer.acknowledge(
                        record, AcknowledgeType.valueOf(record.value().toUpperCase(Locale.ROOT))));
        // Whoever has seen this one has passed all that could come again.
        send(producer, topic, "last");
        List<ConsumerRecord<String, String>> second =
                poll(consumer, 2, record -> consumer.acknowledge(record, AcknowledgeType.ACCEPT));

        assertThat(values(first)).containsExactly("accept", "release", "reject");
        assertThat(first)
                .allSatisfy(record -> assertThat(record.deliveryCount()).isEqualTo(Optional.of((short) 1)));
        assertThat(values(second)).containsExactlyInAnyOrder("release", "last");
        assertThat(second)
                .filteredOn(record -> record.value().equals("release"))
                .singleElement()
                .satisfies(record -> assertThat(record.deliveryCount()).isEqualTo(Optional.of((short) 2)));
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }
}
