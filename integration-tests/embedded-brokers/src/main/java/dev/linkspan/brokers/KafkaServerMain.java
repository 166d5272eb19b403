package dev.linkspan.brokers;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The child JVM's side of {@link KafkaBroker}: formats the data directory if it is new, starts the production server,
 * and says so on standard output. It lives as long as its standard input is open, which the system closes when the
 * parent dies, however the parent dies.
 */
final class KafkaServerMain {

    /** What the child prints, followed by the server's version, when the broker takes requests. */
    static final String READY = "READY ";

    private KafkaServerMain() {}

    public static void main(String[] args) {
        PrintStream parent = System.out;
        // The server's own prints go to the log: standard output carries the one line the parent waits for.
        System.setOut(System.err);
        Path directory = Path.of(args[0]);
        Thread lifeline = new Thread(() -> endWithParent(System.in, directory), "parent-lifeline");
        lifeline.setDaemon(true);
        lifeline.start();
        try {
            start(directory);
        } catch (Throwable t) {
            t.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        parent.println(READY + AppInfoParser.getVersion());
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

    private static void endWithParent(InputStream in, Path directory) {
        try {
            while (in.read() >= 0) {
                // The parent sends nothing; only the end of the stream counts.
            }
        } catch (IOException e) {
            // Also the end.
        }
        // The server would halt the JVM when its files vanish, before all are gone.
        Exit.setHaltProcedure((status, message) -> {});
        Exit.setExitProcedure((status, message) -> {});
        Directories.delete(directory);
        Runtime.getRuntime().halt(0);
    }
}
