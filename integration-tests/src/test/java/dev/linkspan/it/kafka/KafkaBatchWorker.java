package dev.linkspan.it.kafka;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.kafka.KafkaSettlement;
import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A process that handles batches, to be killed in the middle of one. It writes down each record that it has handled. */
final class KafkaBatchWorker {

    static final String IN_THE_MIDDLE = "in the middle of a batch";
    static final String DONE = "done";

    private final Path journal;
    private final int stopAfter;
    private final Set<String> tried = new HashSet<>();
    private int handled;

    private KafkaBatchWorker(Path journal, int stopAfter) {
        this.journal = journal;
        this.stopAfter = stopAfter;
    }

    /**
     * Servers, topic, group, journal, after how many records it stops in the middle of a batch (-1 for never), and how many
     * records there are for a share group to handle (0 for a consumer group).
     */
    public static void main(String[] args) throws Exception {
        KafkaBatchWorker worker = new KafkaBatchWorker(Path.of(args[3]), Integer.parseInt(args[4]));
        int shared = Integer.parseInt(args[5]);
        if (shared > 0) {
            worker.share(args[0], args[1], args[2], shared);
        } else {
            worker.consume(args[0], args[1], args[2]);
        }
        System.out.println(DONE);
    }

    private void share(String servers, String topic, String group, int count) throws Exception {
        Map<String, Object> settings = KafkaClientSettings.shareConsumer(servers);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20);
        KafkaTelemetry kafka = KafkaTelemetry.create(telemetry());
        try (ShareConsumer<String, String> consumer =
                kafka.wrap(new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer()))) {
            BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
            KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
            consumer.subscribe(List.of(topic));
            do {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                orders.process(records, batch -> batch.forEach(this::handle)).settle(settlement::settle);
            } while (new HashSet<>(Files.readAllLines(journal)).size() < count);
        }
    }

    private void consume(String servers, String topic, String group) throws Exception {
        Map<String, Object> settings = KafkaClientSettings.consumer(servers, true);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // a static member takes the place of the one that was killed, without waiting for its session to end
        settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "worker");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20);
        KafkaTelemetry kafka = KafkaTelemetry.create(telemetry());
        try (Consumer<String, String> consumer =
                kafka.wrap(new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer()))) {
            BatchProcessor<ConsumerRecord<String, String>> orders = BatchProcessor.create(kafka.records(consumer));
            KafkaSettlement<String, String> settlement = KafkaSettlement.of(consumer);
            consumer.subscribe(List.of(topic));
            while (!isAtTheEnd(consumer)) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                orders.process(records, batch -> batch.forEach(this::handle)).settle(settlement::settle);
            }
        }
    }

    private static boolean isAtTheEnd(Consumer<?, ?> consumer) {
        Set<TopicPartition> partitions = consumer.assignment();
        return !partitions.isEmpty()
                && consumer.endOffsets(partitions).entrySet().stream()
                        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void handle(ConsumerRecord<String, String> record) throws IOException, InterruptedException {
        if (handled == stopAfter) {
            System.out.println(IN_THE_MIDDLE);
            new CountDownLatch(1).await();
        }
        String name = record.partition() + ":" + record.offset();
        if (record.value().equals("fails at first") && tried.add(name)) {
            throw new IllegalStateException(record.value());
        }
        Files.writeString(journal, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        handled++;
    }

    private static OpenTelemetry telemetry() {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
    }
}
