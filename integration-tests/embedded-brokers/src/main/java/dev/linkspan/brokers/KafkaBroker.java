package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A local Kafka broker: the production server as a single KRaft node in a JVM of its own, so that neither its jars nor
 * its client version meet the caller's. It is there after three to five seconds. Topics are not created by use.
 */
public final class KafkaBroker extends LocalBroker {

    /** Found in the server's log once it takes requests. */
    public static final Pattern READY = Pattern.compile("Kafka Server started");

    /** Found in the server's log; its first group is the version. */
    public static final Pattern VERSION = Pattern.compile("Kafka version: (\\S+)");

    /** In the broker's directory; the child JVM reads it. */
    static final String SETTINGS_FILE = "server.properties";

    /** Maven writes it. */
    private static final String CLASSPATH = "kafka-server.classpath";

    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx384m",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn");

    private KafkaBroker(Map<String, String> settings, @Nullable Path log) {
        super(new Program("Kafka", VERSION, (directory, port) -> prepare(directory, port, settings)), log);
    }

    /**
     * Starts a broker and waits until it takes requests.
     *
     * @throws IllegalStateException if it does not come up; the message ends with the last lines of its log
     */
    public static KafkaBroker start() {
        return start(Map.of());
    }

    /** As {@link #start()}, with broker settings that win over those made for tests. */
    public static KafkaBroker start(Map<String, String> settings) {
        return start(settings, null);
    }

    /** As {@link #start(Map)}, with a file that gets the broker's log and outlives it. */
    public static KafkaBroker start(Map<String, String> settings, @Nullable Path log) {
        return onFreePorts(() -> new KafkaBroker(settings, log));
    }

    /**
     * The settings that make a single broker quick to answer, by name, for one that is started some other way: all that
     * {@link #start()} sets but addresses and directories.
     */
    public static Map<String, String> settingsForTests() {
        return KafkaSettings.behaviour();
    }

    /** What a client's {@code bootstrap.servers} must be; stays the same over {@link #restart()}. */
    public String bootstrapServers() {
        return address();
    }

    private static List<Command> prepare(Path directory, int port, Map<String, String> settings) throws IOException {
        Properties properties = KafkaSettings.of(port, FreePorts.next(), directory.resolve("data"));
        settings.forEach(properties::setProperty);
        try (Writer out = Files.newBufferedWriter(directory.resolve(SETTINGS_FILE))) {
            properties.store(out, null);
        }
        List<String> words =
                ServerJvm.words(JVM_OPTIONS, CLASSPATH, "dev.linkspan.brokers.KafkaServerMain", directory.toString());
        return List.of(new Command(words, Map.of(), READY));
    }
}
