package dev.linkspan.kafka;

import dev.linkspan.testing.PropagationContract;
import dev.linkspan.testing.PropagationHarness;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What every wrapped client must do, on each version of Kafka's; the same runs on a real broker elsewhere. */
class KafkaContractTest extends PropagationContract<ProducerRecord<String, String>, ConsumerRecord<String, String>> {

    @Override
    protected PropagationHarness<ProducerRecord<String, String>, ConsumerRecord<String, String>> harness() {
        return new FakeKafka();
    }
}
