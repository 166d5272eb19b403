package dev.linkspan.it.kafka;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What every broker's wrapped clients must do, on a real Kafka broker. */
class KafkaContractIT extends PropagationContract<ProducerRecord<String, String>, ConsumerRecord<String, String>> {

    @Override
    protected PropagationHarness<ProducerRecord<String, String>, ConsumerRecord<String, String>> harness() {
        return new KafkaHarness();
    }
}
