package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.it.Work;
import dev.linkspan.it.Workers;
import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.testing.LinkspanExtension;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of a batch: what it committed it had handled, and what it had not comes again. */
@ExtendWith(KafkaExtension.class)
@Timeout(180)
class KafkaBatchCrashIT {

    private static final int RECORDS = 200;

    @RegisterExtension
    static final LinkspanExtension otel = LinkspanExtension.create();

    @TempDir
    Path folder;

    private Workers workers;

    @BeforeEach
    void no_record_is_handled() {
        workers = new Workers(KafkaBatchWorker.class, folder);
    }

    @Test
    void killed_in_the_middle_of_batches_it_commits_nothing_unhandled_and_handles_all(KafkaClients kafka)
            throws Exception {
        String topic = kafka.topic(2);
        String group = kafka.uniqueName();
        sendAll(kafka, topic, Work.FAILS_AT_FIRST);
        int handledButNotCommitted = 0;
        for (int stopAfter : new int[] {13, 27, 5, 31}) {
            workers.runAndKill(stopAfter, kafka.bootstrapServers(), topic, group, "0");
            assertThat(committed(kafka, topic, group)).isSubsetOf(workers.handled());
            Set<String> open = workers.handled();
            open.removeAll(committed(kafka, topic, group));
            handledButNotCommitted += open.size();
        }
        assertThat(handledButNotCommitted)
                .as("records that were handled in batches whose process was killed")
                .isPositive();
        assertThat(workers.handled()).as("handled before the last start").hasSizeLessThan(RECORDS);

        workers.runToTheEnd(kafka.bootstrapServers(), topic, group, "0");

        assertThat(workers.handled()).as("handled at least once").hasSize(RECORDS);
        assertThat(committed(kafka, topic, group)).isEqualTo(workers.handled());
    }

    @Test
    @Tag("since-kafka-4.1")
    void member_of_a_share_group_that_is_killed_in_the_middle_of_a_batch_accepts_nothing_unhandled(KafkaClients kafka)
            throws Exception {
        String topic = kafka.topic(2);
        String group =
                kafka.shareGroup(Map.of("share.record.lock.duration.ms", "15000", "share.session.timeout.ms", "10000"));
        sendAll(kafka, topic, "goes well");
        // each kill is one delivery of all that the member had fetched, and the group allows for five
        for (int stopAfter : new int[] {33, 27}) {
            workers.runAndKill(stopAfter, kafka.bootstrapServers(), topic, group, Integer.toString(RECORDS));
            assertThat(workers.handled()).hasSizeLessThan(RECORDS);
        }

        workers.runToTheEnd(kafka.bootstrapServers(), topic, group, Integer.toString(RECORDS));

        assertThat(workers.handled()).as("handled at least once").hasSize(RECORDS);
    }

    private static void sendAll(KafkaClients kafka, String topic, String everyTenth) {
        Producer<String, String> producer =
                KafkaTelemetry.create(otel.openTelemetry()).wrap(kafka.producer());
        for (int i = 0; i < RECORDS; i++) {
            await(producer.send(new ProducerRecord<>(topic, i % 2, "key", i % 10 == 7 ? everyTenth : "order " + i)));
        }
    }

    /** The records below the committed offsets. */
    private static Set<String> committed(KafkaClients kafka, String topic, String group) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        await(kafka.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        Set<String> records = new HashSet<>();
        for (int partition : List.of(0, 1)) {
            long end = offsets.getOrDefault(new TopicPartition(topic, partition), 0L);
            for (long offset = 0; offset < end; offset++) {
                records.add(partition + ":" + offset);
            }
        }
        return records;
    }
}
