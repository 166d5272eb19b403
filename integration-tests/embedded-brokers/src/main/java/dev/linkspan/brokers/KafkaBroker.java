package dev.linkspan.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker on this machine: the production server as a single KRaft node in a JVM of its own, so that
 * neither its jars nor its client version meet the caller's, and so that it can be killed for real.
 *
 * <p>It listens on a random port of the loopback interface, keeps its data in a temporary directory, and is ready when
 * {@link #start()} returns, after three to five seconds. It ends with {@link #close()} and with the JVM that started
 * it, also when that is killed; its data goes with it. Topics are not created by use.
 *
 * <p>Not thread-safe, but for {@link #bootstrapServers()} and {@link #version()}.
 */
public final class KafkaBroker implements AutoCloseable {

    /** In the broker's directory; the child JVM reads it. */
    static final String SETTINGS_FILE = "server.properties";

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 5;
    private static final int LOG_LINES_SHOWN = 60;

    // A test broker lives for seconds: a fast start counts for more than peak throughput.
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Djava.awt.headless=true",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn");

    private final Path directory;
    private final Path log;
    private final int port;
    private final String version;
    private @Nullable ChildJvm child;

    private KafkaBroker(Path directory, Path log, int port, ChildJvm child, String version) {
        this.directory = directory;
        this.log = log;
        this.port = port;
        this.child = child;
        this.version = version;
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
        for (int attempt = 1; ; attempt++) {
            Path directory = newDirectory();
            try {
                return startIn(directory, settings, log == null ? directory.resolve("broker.log") : log);
            } catch (PortTakenException e) {
                Directories.delete(directory);
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            } catch (RuntimeException e) {
                Directories.delete(directory);
                throw e;
            }
        }
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
        return KafkaSettings.HOST + ":" + port;
    }

    /** The server's version, as it says itself. */
    public String version() {
        return version;
    }

    /** Kills the broker (SIGKILL on Unix), as a crash would; its data stays for {@link #restart()}. */
    public void kill() {
        if (child != null) {
            child.kill();
            child = null;
        }
    }

    /** Kills the broker if it runs, and starts it again on the same port with the same data. */
    public void restart() {
        kill();
        child = launch(directory, log);
        awaitReady(child, log);
    }

    /** Kills the broker and deletes its data. Does nothing the second time. */
    @Override
    public void close() {
        kill();
        Directories.delete(directory);
    }

    @Override
    public String toString() {
        return "Kafka " + version + " at " + bootstrapServers() + (child == null ? " (killed)" : "");
    }

    private static KafkaBroker startIn(Path directory, Map<String, String> settings, Path log) {
        int port = FreePorts.next();
        Properties properties = KafkaSettings.of(port, FreePorts.next(), directory.resolve("data"));
        settings.forEach(properties::setProperty);
        try (Writer out = Files.newBufferedWriter(directory.resolve(SETTINGS_FILE))) {
            properties.store(out, null);
            if (log.getParent() != null) {
                Files.createDirectories(log.getParent());
            }
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChildJvm child = launch(directory, log);
        return new KafkaBroker(directory, log, port, child, awaitReady(child, log));
    }

    private static ChildJvm launch(Path directory, Path log) {
        return ChildJvm.launch(
                "dev.linkspan.brokers.KafkaServerMain", "kafka-server.classpath", JVM_OPTIONS, directory, log);
    }

    /** Returns the server's version. A child that is not ready is not left behind. */
    private static String awaitReady(ChildJvm child, Path log) {
        try {
            String line = child.firstLine(READY_WITHIN);
            if (line != null) {
                return line.substring(KafkaServerMain.READY.length());
            }
            throw notUp("its JVM ended with status " + child.exitStatus(), log);
        } catch (TimeoutException e) {
            child.kill();
            throw notUp("not ready within " + READY_WITHIN.toSeconds() + " s", log);
        } catch (InterruptedException e) {
            child.kill();
            Thread.currentThread().interrupt();
            throw notUp("interrupted", log);
        }
    }

    private static IllegalStateException notUp(String reason, Path log) {
        String problem = "the Kafka broker did not come up: " + reason + tail(log);
        // The exit status does not tell: the server halts by itself when the controller's port is taken.
        return problem.contains(BindException.class.getName())
                ? new PortTakenException(problem)
                : new IllegalStateException(problem);
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            int from = Math.max(0, lines.size() - LOG_LINES_SHOWN);
            return "; the last lines of its log:\n" + String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            return "; its log cannot be read: " + e;
        }
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("linkspan-kafka-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class PortTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        PortTakenException(String message) {
            super(message);
        }
    }
}
