package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A local ElasticMQ server, an emulator of SQS, in a JVM of its own. It is there after three to five seconds. It takes
 * any credentials and any region; what it answers has the queue URLs that its clients can reach.
 *
 * <p>It keeps to SQS's limits but for these: attribute names are not looked at, sizes are counted in characters of the body
 * alone, prefixes of attribute names find nothing.
 */
public final class ElasticMqBroker extends LocalBroker {

    /** Found in the server's log once it takes requests. */
    public static final Pattern READY = Pattern.compile("ElasticMQ server \\(\\S+\\) started");

    /** Found in the server's log; its first group is the version. */
    public static final Pattern VERSION = Pattern.compile("ElasticMQ server \\((\\S+)\\) started");

    /** Settings with which queues and messages survive a kill; else they are in memory alone. */
    public static final Map<String, String> DURABLE = Map.of("messages-storage.enabled", "true");

    /** Maven writes it. */
    private static final String CLASSPATH = "elasticmq-server.classpath";

    private ElasticMqBroker(Map<String, String> settings, @Nullable Path log) {
        super(new Program("ElasticMQ", VERSION, (directory, port) -> prepare(directory, port, settings)), log);
    }

    /**
     * Starts a server and waits until it takes requests.
     *
     * @throws IllegalStateException if it does not come up; the message ends with the last lines of its log
     */
    public static ElasticMqBroker start() {
        return start(Map.of());
    }

    /** As {@link #start()}, with settings of the server's configuration file, such as {@link #DURABLE}. */
    public static ElasticMqBroker start(Map<String, String> settings) {
        return start(settings, null);
    }

    /** As {@link #start(Map)}, with a file that gets the server's log and outlives it. */
    public static ElasticMqBroker start(Map<String, String> settings, @Nullable Path log) {
        return onFreePorts(() -> new ElasticMqBroker(settings, log));
    }

    /**
     * A configuration file with these settings, for a server that is started some other way.
     *
     * @param host the interface to listen at
     * @param directory for data
     */
    public static String configuration(String host, int port, String directory, Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                // queue URLs then have the address that the request was for
                "node-address.host",
                "\"*\"",
                "node-address.port",
                String.valueOf(port),
                "rest-sqs.bind-hostname",
                "\"" + host + "\"",
                "rest-sqs.bind-port",
                String.valueOf(port),
                "rest-sqs.sqs-limits",
                "strict",
                "rest-stats.enabled",
                "false",
                // written to disk at once: what is acknowledged must be there after a kill
                "messages-storage.uri",
                "\"jdbc:h2:" + directory + "/elasticmq;WRITE_DELAY=0\""));
        all.putAll(settings);
        StringBuilder file = new StringBuilder("include classpath(\"application.conf\")\n");
        all.forEach((key, value) -> file.append(key).append(" = ").append(value).append('\n'));
        return file.toString();
    }

    /** Where clients send their requests; stays the same over {@link #restart()}. */
    public String endpoint() {
        return "http://" + address();
    }

    private static List<Command> prepare(Path directory, int port, Map<String, String> settings) throws IOException {
        Path configuration = Files.writeString(
                directory.resolve("elasticmq.conf"), configuration(HOST, port, directory.toString(), settings));
        List<String> words = ServerJvm.words(
                List.of("-Xmx256m", "-Dconfig.file=" + configuration), CLASSPATH, "org.elasticmq.server.Main");
        return List.of(new Command(words, Map.of(), READY));
    }
}
