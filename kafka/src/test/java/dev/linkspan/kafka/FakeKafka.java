package dev.linkspan.kafka;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Topics of one partition in memory, and the clients that use them. */
final class FakeKafka implements PropagationHarness<ProducerRecord<String, String>, ConsumerRecord<String, String>> {

    private final Map<String, List<ConsumerRecord<String, String>>> topics = new HashMap<>();
    private final FakeProducer<String, String> client = new FakeProducer<>(sent -> {
        List<ConsumerRecord<String, String>> topic = topics.get(sent.record().topic());
        topic.add(Received.record(
                sent.record().topic(),
                0,
                topic.size(),
                sent.record().key(),
                sent.record().value(),
                new RecordHeaders(sent.record().headers())));
        sent.acknowledge(0, topic.size() - 1L);
    });
    private final Group billing = new Group();
    private final Group shipping = new Group();
    private Producer<String, String> producer;

    /** A consumer alone in its group, and how far it got. */
    private final class Group {
        final FakeConsumer client = new FakeConsumer();
        final Map<String, Integer> positions = new HashMap<>();
        Consumer<String, String> consumer;
        MessageTracer<ConsumerRecord<String, String>> tracer;

        List<ConsumerRecord<String, String>> receive(String topic) {
            List<ConsumerRecord<String, String>> log = topics.get(topic);
            List<ConsumerRecord<String, String>> next =
                    List.copyOf(log.subList(positions.getOrDefault(topic, 0), log.size()));
            positions.put(topic, log.size());
            ConsumerRecords<String, String> polled = Received.all(next);
            client.next(() -> polled);
            List<ConsumerRecord<String, String>> received = new ArrayList<>();
            consumer.poll(Duration.ZERO).forEach(received::add);
            return received;
        }
    }

    @Override
    public void start(MessagingTelemetry telemetry) {
        KafkaTelemetry kafka = KafkaTelemetry.create(telemetry);
        producer = kafka.wrap(client);
        for (Group group : List.of(billing, shipping)) {
            group.consumer = kafka.wrap((Consumer<String, String>) group.client);
            group.tracer = kafka.records(group.consumer);
        }
    }

    @Override
    public String uniqueDestination() {
        String topic = "topic-" + topics.size();
        topics.put(topic, new ArrayList<>());
        return topic;
    }

    @Override
    public ProducerRecord<String, String> message(
            String topic, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, "key", body);
        headers.forEach(header -> record.headers().add(header.getKey(), header.getValue()));
        return record;
    }

    @Override
    public String describe(ProducerRecord<String, String> record) {
        // the client itself closes the headers of a record that it is given, so whether they are open says nothing
        return record.topic() + " " + record.key() + " " + record.value() + Received.snapshot(record.headers());
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is done
    public void send(ProducerRecord<String, String> record) {
        producer.send(record);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is done
    public void sendBare(ProducerRecord<String, String> record) {
        client.send(record);
    }

    @Override
    public List<ConsumerRecord<String, String>> receive(String topic, int count) {
        return billing.receive(topic);
    }

    @Override
    public List<ConsumerRecord<String, String>> receiveAsOther(String topic, int count) {
        return shipping.receive(topic);
    }

    @Override
    public MessageTracer<ConsumerRecord<String, String>> tracer() {
        return billing.tracer;
    }

    @Override
    public void settle(String topic, List<ConsumerRecord<String, String>> records) {
        long next = records.get(records.size() - 1).offset() + 1;
        billing.consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(next)));
    }

    @Override
    public void giveBack(String topic, List<ConsumerRecord<String, String>> records) {
        billing.positions.put(topic, (int) records.get(0).offset());
    }

    @Override
    public String body(ConsumerRecord<String, String> record) {
        return record.value();
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(ConsumerRecord<String, String> record) {
        List<Map.Entry<String, byte[]>> headers = new ArrayList<>();
        record.headers().forEach(header -> headers.add(Map.entry(header.key(), header.value())));
        return headers;
    }

    @Override
    public boolean carriesDuplicates() {
        return true;
    }

    @Override
    public boolean fansOut() {
        return true;
    }

    @Override
    public void close() {}
}
