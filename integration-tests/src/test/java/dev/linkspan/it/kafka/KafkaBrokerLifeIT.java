package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaPolls.poll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.linkspan.brokers.KafkaBroker;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Brokers of a test's own can be killed and come back, and end with whoever started them. */
@Timeout(120)
class KafkaBrokerLifeIT {

    @Test
    void acknowledged_records_survive_a_kill_and_clients_go_on() {
        try (KafkaServer broker = KafkaServer.BROKERS.start();
                KafkaClients kafka = new KafkaClients(broker, "KafkaBrokerLifeIT-kill")) {
            String topic = kafka.topic();
            Producer<String, String> producer = kafka.producer();
            String[] before =
                    IntStream.range(0, 100).mapToObj(i -> "before " + i).toArray(String[]::new);
            KafkaClients.send(producer, topic, before);

            broker.kill();
            broker.restart();
            KafkaClients.send(producer, topic, "after");

            List<ConsumerRecord<String, String>> records = poll(kafka.consumerOf(topic), 101);
            assertThat(records)
                    .extracting(ConsumerRecord::value)
                    .startsWith(before)
                    .endsWith("after");
        }
    }

    @Test
    void a_local_broker_keeps_its_jars_off_the_classpath_of_the_tests() {
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> Class.forName("kafka.server.KafkaRaftServer"));
    }

    @Test
    void a_local_broker_that_cannot_start_fails_with_the_reason_from_its_log() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> KafkaBroker.start(Map.of("num.partitions", "many")))
                .withMessageContaining("did not come up: its process ended with status 1")
                .withMessageContaining("Invalid value many for configuration num.partitions");
    }

    @Test
    void a_local_broker_ends_with_the_jvm_that_started_it_however_that_ends() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KafkaBrokerLifeIT.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = parent.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("Kafka ");
            ProcessHandle child = parent.children().findFirst().orElseThrow();

            parent.destroyForcibly();

            child.onExit().get(20, TimeUnit.SECONDS);
        } finally {
            parent.destroyForcibly();
        }
    }

    /** The JVM that starts a broker and does not get to close it. */
    public static void main(String[] args) throws InterruptedException {
        System.out.println(KafkaBroker.start());
        Thread.sleep(Long.MAX_VALUE);
    }
}
