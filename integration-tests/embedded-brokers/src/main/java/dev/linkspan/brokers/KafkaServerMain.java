package dev.linkspan.brokers;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The child JVM's side of {@link KafkaBroker}: formats the data directory if it is new, and starts the production
 * server.
 */
final class KafkaServerMain {

    private KafkaServerMain() {}

    public static void main(String[] args) {
        try {
            start(Path.of(args[0]));
        } catch (Throwable t) {
            t.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void start(Path directory) throws Exception {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(directory.resolve(KafkaBroker.SETTINGS_FILE))) {
            properties.load(in);
        }
        KafkaConfig config = new KafkaConfig(properties);
        String data = properties.getProperty("log.dirs");
        if (!Files.exists(Path.of(data, "meta.properties"))) {
            // Not given any feature level, the formatter takes the release's own: share groups and transactions v2 are
            // on.
            new Formatter()
                    .setPrintStream(System.err)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(config.nodeId())
                    .setControllerListenerName(properties.getProperty("controller.listener.names"))
                    .setMetadataLogDirectory(data)
                    .addDirectory(data)
                    .run();
        }
        new KafkaRaftServer(config, Time.SYSTEM).startup();
    }
}
