package dev.linkspan.it.kafka;

import static dev.linkspan.it.kafka.KafkaClients.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.kafka.KafkaTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.Relation;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An application under the agent, which has set {@code GlobalOpenTelemetry}: sends two records to one topic, and what it
 * receives on to another, with the headers it came with.
 */
final class KafkaAgentMain {

    /** Who traces its clients, beside the agent. */
    enum Clients {
        OURS,
        /** With process spans that start a new trace whatever is current. */
        OURS_AS_NEW_ROOTS,
        /** The consumer is OpenTelemetry's library's. */
        OUR_PRODUCER_THEIR_CONSUMER,
        BARE,
        /** The consumer is a share consumer. */
        BARE_SHARE
    }

    private static final Duration ONE_POLL = Duration.ofMillis(100);

    private final Clients clients;
    private final String bootstrapServers;
    private final String from;
    private final String to;
    private final KafkaTelemetry telemetry;
    private int handled;

    private KafkaAgentMain(Clients clients, String bootstrapServers, String from, String to) {
        this.clients = clients;
        this.bootstrapServers = bootstrapServers;
        this.from = from;
        this.to = to;
        Relation relation = clients == Clients.OURS_AS_NEW_ROOTS ? Relation.LINK_NEW_ROOT : Relation.LINK;
        telemetry = KafkaTelemetry.builder(GlobalOpenTelemetry.get())
                .policy(policy -> policy.relation(relation))
                .build();
    }

    /** Takes one of {@link Clients}, the broker's address, the two topics, and the consumer's group. */
    public static void main(String[] arguments) {
        new KafkaAgentMain(Clients.valueOf(arguments[0]), arguments[1], arguments[2], arguments[3]).run(arguments[4]);
    }

    private void run(String group) {
        try (Producer<String, String> client = new KafkaProducer<>(
                KafkaClientSettings.producer(bootstrapServers), new StringSerializer(), new StringSerializer())) {
            boolean bare = clients == Clients.BARE || clients == Clients.BARE_SHARE;
            Producer<String, String> producer = bare ? client : telemetry.wrap(client);
            for (String value : List.of("chair", "table")) {
                await(producer.send(new ProducerRecord<>(from, value)));
            }
            consume(
                    group,
                    r -> await(producer.send(new ProducerRecord<>(to, null, null, r.key(), r.value(), r.headers()))));
        }
    }

    private void consume(String group, Consumer<ConsumerRecord<String, String>> sendOn) {
        if (clients == Clients.BARE_SHARE) {
            Map<String, Object> settings = KafkaClientSettings.shareConsumer(bootstrapServers);
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
            try (KafkaShareConsumer<String, String> consumer =
                    new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of(from));
                handleBoth(() -> consumer.poll(ONE_POLL), sendOn);
            }
            return;
        }
        Map<String, Object> settings = KafkaClientSettings.consumer(bootstrapServers, true);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        try (KafkaConsumer<String, String> client =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            client.subscribe(List.of(from));
            switch (clients) {
                case OUR_PRODUCER_THEIR_CONSUMER -> {
                    var consumer = io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry.create(
                                    GlobalOpenTelemetry.get())
                            .wrap(client);
                    handleBoth(() -> consumer.poll(ONE_POLL), sendOn);
                }
                case BARE ->
                    handleBoth(
                            () -> {
                                ConsumerRecords<String, String> polled = client.poll(ONE_POLL);
                                assertThat(polled.nextOffsets()).hasSameSizeAs(polled.partitions());
                                return polled;
                            },
                            sendOn);
                default -> {
                    var consumer = telemetry.wrap(client);
                    MessageTracer<ConsumerRecord<String, String>> records = telemetry.records(consumer);
                    handleBoth(() -> consumer.poll(ONE_POLL), record -> records.process(record, sendOn::accept));
                }
            }
        }
    }

    /** In the loop that applications have, which the agent hooks. */
    private void handleBoth(
            Supplier<ConsumerRecords<String, String>> poll, Consumer<ConsumerRecord<String, String>> handler) {
        KafkaPolls.until(
                () -> {
                    for (ConsumerRecord<String, String> record : poll.get()) {
                        handler.accept(record);
                        handled++;
                    }
                    return handled == 2;
                },
                () -> "two records; there were " + handled);
    }
}
