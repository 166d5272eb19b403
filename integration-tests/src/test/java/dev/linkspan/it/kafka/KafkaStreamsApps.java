package dev.linkspan.it.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Kafka Streams applications on the shared broker, in one state directory; all end after the test. */
final class KafkaStreamsApps {

    /** For an application to join its group, and to process, on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final KafkaClients kafka;
    private final Path state;

    /** @param state must outlive the applications */
    KafkaStreamsApps(KafkaClients kafka, Path state) {
        this.kafka = kafka;
        this.state = state;
    }

    /** Returns the application's id, which is its group. */
    String start(StreamsBuilder topology, KafkaClientSupplier clients, Map<String, ?> settings) {
        String id = kafka.uniqueName();
        streams(id, topology, clients, settings).start();
        return id;
    }

    /** Returns what the stream threads die of. */
    List<Throwable> startFailing(StreamsBuilder topology, KafkaClientSupplier clients) {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        KafkaStreams streams = streams(kafka.uniqueName(), topology, clients, Map.of());
        streams.setUncaughtExceptionHandler(failure -> {
            uncaught.add(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        return uncaught;
    }

    private KafkaStreams streams(
            String id, StreamsBuilder topology, KafkaClientSupplier clients, Map<String, ?> settings) {
        Properties all = settings(id);
        all.putAll(settings);
        KafkaStreams streams = new KafkaStreams(topology.build(all), all, clients);
        kafka.onClose(() -> streams.close(CLOSE_WITHIN));
        return streams;
    }

    /** For an application that the test makes, and closes, itself. */
    Properties settings(String id) {
        Properties all = new Properties();
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        all.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        all.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        all.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        all.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        all.put(StreamsConfig.producerPrefix("linger.ms"), 0);
        return all;
    }
}
