package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A local NATS server with JetStream: the installed program {@code nats-server}, or the one that the environment
 * variable {@code NATS_SERVER} names. It is there within a tenth of a second.
 */
public final class NatsBroker extends LocalBroker {

    /** Found in the server's log once it takes requests. */
    public static final Pattern READY = Pattern.compile("Server is ready");

    /** Found in the server's log; its first group is the version. */
    public static final Pattern VERSION = Pattern.compile("Version: +(\\S+)");

    private NatsBroker(Map<String, String> settings, @Nullable Path log) {
        super(new Program("NATS", VERSION, (directory, port) -> prepare(directory, port, settings)), log);
    }

    /**
     * Starts a server and waits until it takes requests.
     *
     * @throws IllegalStateException if there is no such program, and then the message says what to install; if it does
     *     not come up, and then the message ends with the last lines of its log
     */
    public static NatsBroker start() {
        return start(Map.of());
    }

    /** As {@link #start()}, with settings of the server's configuration file, such as {@code max_payload}. */
    public static NatsBroker start(Map<String, String> settings) {
        return start(settings, null);
    }

    /** As {@link #start(Map)}, with a file that gets the server's log and outlives it. */
    public static NatsBroker start(Map<String, String> settings, @Nullable Path log) {
        return onFreePorts(() -> new NatsBroker(settings, log));
    }

    /** A configuration file with these settings, for a server that is started some other way. */
    public static String configuration(Map<String, String> settings) {
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .map(setting -> setting.getKey() + ": " + setting.getValue() + "\n")
                        .collect(Collectors.joining());
    }

    /** What a client connects to; stays the same over {@link #restart()}. */
    public String url() {
        return "nats://" + address();
    }

    private static List<Command> prepare(Path directory, int port, Map<String, String> settings) throws IOException {
        Path program = Programs.find("nats-server", "NATS_SERVER", "nats-server", System.getenv());
        Path configuration = Files.writeString(directory.resolve("nats.conf"), configuration(settings));
        List<String> words = List.of(
                program.toString(),
                "--config",
                configuration.toString(),
                "--addr",
                HOST,
                "--port",
                String.valueOf(port),
                "--jetstream",
                "--store_dir",
                directory.resolve("data").toString());
        return List.of(new Command(words, Map.of(), READY));
    }
}
