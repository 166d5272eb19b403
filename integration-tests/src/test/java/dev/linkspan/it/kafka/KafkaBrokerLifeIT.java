package dev.linkspan.it.kafka;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.linkspan.brokers.KafkaBroker;
import dev.linkspan.it.BrokerLifeContract;
import dev.linkspan.it.Brokers;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

class KafkaBrokerLifeIT extends BrokerLifeContract<KafkaServer> {

    public static void main(String[] args) throws InterruptedException {
        hold(KafkaServer.BROKERS);
    }

    @Override
    protected Brokers<KafkaServer> brokers() {
        return KafkaServer.BROKERS;
    }

    @Override
    protected Queue queue(KafkaServer broker) {
        return new Topic(new KafkaClients(broker, "KafkaBrokerLifeIT"));
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

    private static final class Topic implements Queue {

        private final KafkaClients kafka;
        private final String name;
        private final Producer<String, String> producer;

        Topic(KafkaClients kafka) {
            this.kafka = kafka;
            this.name = kafka.topic();
            this.producer = kafka.producer();
        }

        @Override
        public void send(List<String> bodies) {
            KafkaClients.send(producer, name, bodies.toArray(String[]::new));
        }

        @Override
        public List<String> receive(int count) {
            return KafkaPolls.poll(kafka.consumerOf(name), count).stream()
                    .map(ConsumerRecord::value)
                    .toList();
        }

        @Override
        public void close() {
            kafka.close();
        }
    }
}
