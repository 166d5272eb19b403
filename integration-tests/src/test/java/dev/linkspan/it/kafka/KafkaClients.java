package dev.linkspan.it.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toMap;

import dev.linkspan.it.TestClients;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * Topics, groups and bare clients for one test. A test gets one as a parameter by
 * {@code @ExtendWith(KafkaExtension.class)}.
 */
public final class KafkaClients extends TestClients {

    private final KafkaServer broker;
    private final Admin admin;

    KafkaClients(KafkaServer broker, String test) {
        super(test);
        this.broker = broker;
        this.admin = Admin.create(KafkaClientSettings.admin(bootstrapServers()));
        onClose(() -> admin.close(KafkaClientSettings.CLOSE_WITHIN));
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** For what this class does not do itself. */
    Admin admin() {
        return admin;
    }

    /** A topic with one partition. */
    public String topic() {
        return topic(1);
    }

    String topic(int partitions) {
        return topic(partitions, Map.of());
    }

    /** A topic with settings such as {@code max.message.bytes}. */
    String topic(int partitions, Map<String, String> settings) {
        String name = uniqueName();
        create(new NewTopic(name, partitions, (short) 1).configs(settings));
        return name;
    }

    /** A partition that has no leader yet takes records only after the client's next look at the metadata, or too late. */
    private void create(NewTopic topic) {
        await(admin.createTopics(List.of(topic)).all());
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, topic.numPartitions())
                .boxed()
                .collect(toMap(partition -> new TopicPartition(topic.name(), partition), end -> OffsetSpec.latest()));
        Awaitility.await()
                .atMost(AWAIT_SECONDS, SECONDS)
                .ignoreExceptions()
                .until(() -> admin.listOffsets(ends).all().get().size() == ends.size());
    }

    /** The topic of that name, for examples that name theirs; no two tests of a run may use one. */
    void topic(String name) {
        try {
            create(new NewTopic(name, 1, (short) 1));
        } catch (IllegalStateException e) {
            if (!(e.getCause() instanceof ExecutionException failure
                    && failure.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /** A share group that starts with the records that are already there. */
    String shareGroup() {
        return shareGroup(Map.of());
    }

    /** As {@link #shareGroup()}, with group settings such as {@code share.record.lock.duration.ms}. */
    String shareGroup(Map<String, String> settings) {
        String name = uniqueName();
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("share.auto.offset.reset", "earliest");
        List<AlterConfigOp> changes = all.entrySet().stream()
                .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
                .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
                .toList();
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, name);
        await(admin.incrementalAlterConfigs(Map.of(group, changes)).all());
        // the broker applies changes in their order, and that of a topic can be seen
        topic();
        return name;
    }

    public Producer<String, String> producer() {
        return producer(Map.of());
    }

    Producer<String, String> producer(Map<String, ?> settings) {
        return producer(new StringSerializer(), new StringSerializer(), settings);
    }

    <K, V> Producer<K, V> producer(Serializer<K> keys, Serializer<V> values, Map<String, ?> settings) {
        Producer<K, V> producer = new KafkaProducer<>(producerSettings(settings), keys, values);
        onClose(() -> producer.close(KafkaClientSettings.CLOSE_WITHIN));
        return producer;
    }

    /** A producer with a transactional id of its own, ready for {@code beginTransaction}. */
    Producer<String, String> transactionalProducer() {
        Producer<String, String> producer = producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, uniqueName()));
        producer.initTransactions();
        return producer;
    }

    /** A consumer that reads the topic from its start, in a group of its own. */
    public Consumer<String, String> consumerOf(String topic) {
        Consumer<String, String> consumer = consumer(uniqueName(), Map.of());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    /** A consumer that has subscribed to nothing yet; it commits only when told to. */
    Consumer<String, String> consumer(String group, Map<String, ?> settings) {
        return consumer(new StringDeserializer(), new StringDeserializer(), group, settings);
    }

    <K, V> Consumer<K, V> consumer(
            Deserializer<K> keys, Deserializer<V> values, String group, Map<String, ?> settings) {
        Consumer<K, V> consumer = new KafkaConsumer<>(consumerSettings(group, settings), keys, values);
        onClose(() -> KafkaClientSettings.close(consumer));
        return consumer;
    }

    /** A member of a share group that has subscribed to nothing yet; make the group with {@link #shareGroup()}. */
    ShareConsumer<String, String> shareConsumer(String group, Map<String, ?> settings) {
        Map<String, Object> all = KafkaClientSettings.shareConsumer(bootstrapServers());
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.putAll(settings);
        ShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(all, new StringDeserializer(), new StringDeserializer());
        onClose(() -> consumer.close(KafkaClientSettings.CLOSE_WITHIN));
        return consumer;
    }

    /** For a producer that the test makes, and closes, itself. */
    Map<String, Object> producerSettings(Map<String, ?> settings) {
        Map<String, Object> all = KafkaClientSettings.producer(bootstrapServers());
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, uniqueName());
        all.putAll(settings);
        return all;
    }

    /** For a consumer that the test makes, and closes, itself. */
    Map<String, Object> consumerSettings(String group, Map<String, ?> settings) {
        boolean classicProtocol = !"consumer".equals(settings.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
        Map<String, Object> all = KafkaClientSettings.consumer(bootstrapServers(), classicProtocol);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, uniqueName());
        all.putAll(settings);
        return all;
    }

    /** Sends one record after the other and waits until the broker has each. */
    static void send(Producer<String, String> producer, String topic, String... values) {
        for (String value : values) {
            await(producer.send(new ProducerRecord<>(topic, value)));
        }
    }
}
