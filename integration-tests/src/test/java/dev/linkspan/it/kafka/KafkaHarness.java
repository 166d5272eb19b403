package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaClients.await;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Wrapped Kafka clients as the contract sees them: topics of one partition, read by two groups. */
final class KafkaHarness implements PropagationHarness<ProducerRecord<String, String>, ConsumerRecord<String, String>> {

    private final KafkaClients clients = new KafkaClients(KafkaServer.BROKERS.shared(), "KafkaContractIT");
    private final Producer<String, String> bare = clients.producer();
    private final Consumer<String, String> bareConsumer = clients.consumer(clients.uniqueName(), Map.of());
    private final Consumer<String, String> otherBareConsumer = clients.consumer(clients.uniqueName(), Map.of());
    private final Set<String> read = new HashSet<>();
    private Producer<String, String> producer = bare;
    private Consumer<String, String> consumer = bareConsumer;
    private Consumer<String, String> otherConsumer = otherBareConsumer;
    private @Nullable MessageTracer<ConsumerRecord<String, String>> tracer;

    @Override
    public void start(MessagingTelemetry telemetry) {
        KafkaTelemetry kafka = KafkaTelemetry.create(telemetry);
        producer = kafka.wrap(clients.producer());
        consumer = kafka.wrap(bareConsumer);
        otherConsumer = kafka.wrap(otherBareConsumer);
        tracer = kafka.records(consumer);
    }

    @Override
    public String uniqueDestination() {
        return clients.topic();
    }

    @Override
    public ProducerRecord<String, String> message(
            String destination, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        ProducerRecord<String, String> record = new ProducerRecord<>(destination, body);
        headers.forEach(header -> record.headers().add(header.getKey(), header.getValue()));
        return record;
    }

    @Override
    public String describe(ProducerRecord<String, String> record) {
        return record.topic() + " " + record.partition() + " " + record.timestamp() + " " + record.key() + " "
                + record.value() + " " + describe(record.headers());
    }

    private static List<String> describe(Headers headers) {
        List<String> all = new ArrayList<>();
        for (Header header : headers) {
            all.add(header.key() + "=" + Arrays.toString(header.value()));
        }
        return all;
    }

    @Override
    public void send(ProducerRecord<String, String> record) {
        await(producer.send(record));
    }

    @Override
    public void sendBare(ProducerRecord<String, String> record) {
        await(bare.send(record));
    }

    @Override
    public List<ConsumerRecord<String, String>> receive(String destination, int count) {
        return receive(consumer, destination, count);
    }

    @Override
    public List<ConsumerRecord<String, String>> receiveAsOther(String destination, int count) {
        return receive(otherConsumer, destination, count);
    }

    private List<ConsumerRecord<String, String>> receive(
            Consumer<String, String> reader, String destination, int count) {
        TopicPartition partition = new TopicPartition(destination, 0);
        reader.assign(List.of(partition));
        if (read.add(reader.groupMetadata().groupId() + " " + destination)) {
            reader.seekToBeginning(List.of(partition));
        }
        return KafkaPolls.poll(reader, count);
    }

    @Override
    public MessageTracer<ConsumerRecord<String, String>> tracer() {
        if (tracer == null) {
            throw new IllegalStateException("not started");
        }
        return tracer;
    }

    @Override
    public void settle(String destination, List<ConsumerRecord<String, String>> records) {
        long next = records.get(records.size() - 1).offset() + 1;
        consumer.commitSync(Map.of(new TopicPartition(destination, 0), new OffsetAndMetadata(next)));
    }

    @Override
    public void giveBack(String destination, List<ConsumerRecord<String, String>> records) {
        consumer.seek(new TopicPartition(destination, 0), records.get(0).offset());
    }

    @Override
    public String body(ConsumerRecord<String, String> record) {
        return record.value();
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(ConsumerRecord<String, String> record) {
        List<Map.Entry<String, byte[]>> all = new ArrayList<>();
        for (Header header : record.headers()) {
            all.add(new SimpleEntry<>(header.key(), header.value()));
        }
        return all;
    }

    @Override
    public boolean carries(String name, byte @Nullable [] value) {
        return true;
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
    public void close() {
        clients.close();
    }
}
