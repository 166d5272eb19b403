package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A local RabbitMQ broker without plugins: the installed program {@code rabbitmq-server}, or the one that the
 * environment variable {@code RABBITMQ_SERVER} names. It is there after four to ten seconds, and takes the user
 * {@code guest} with the password {@code guest}.
 */
public final class RabbitMqBroker extends LocalBroker {

    /** Found in the server's log once it takes requests. */
    public static final Pattern READY = Pattern.compile("Server startup complete");

    /** Found in the server's log; its first group is the version. */
    public static final Pattern VERSION = Pattern.compile("Starting RabbitMQ (\\S+) on Erlang");

    private static final String PACKAGE = "rabbitmq-server";

    /** Packages put this in front of the program, to switch to a user of its own, which is not ours to become. */
    private static final String SWITCHES_USER = "rabbitmq-script-wrapper";

    private static final Pattern PORTS_ARE_MAPPED = Pattern.compile("entering the main select");

    private RabbitMqBroker(Map<String, String> settings, @Nullable Path log) {
        super(new Program("RabbitMQ", VERSION, (directory, port) -> prepare(directory, port, settings)), log);
    }

    /**
     * Starts a broker and waits until it takes requests.
     *
     * @throws IllegalStateException if there is no such program, and then the message says what to install; if it does
     *     not come up, and then the message ends with the last lines of its log
     */
    public static RabbitMqBroker start() {
        return start(Map.of());
    }

    /** As {@link #start()}, with settings of {@code rabbitmq.conf}, such as {@code frame_max}. */
    public static RabbitMqBroker start(Map<String, String> settings) {
        return start(settings, null);
    }

    /** As {@link #start(Map)}, with a file that gets the broker's log and outlives it. */
    public static RabbitMqBroker start(Map<String, String> settings, @Nullable Path log) {
        return onFreePorts(() -> new RabbitMqBroker(settings, log));
    }

    /**
     * A {@code rabbitmq.conf} with these settings and those made for tests, for a broker that is started some other way.
     */
    public static String configuration(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "log.console", "true",
                "log.console.level", "info",
                "log.file", "false",
                // else only those on the same machine, which a container is not
                "loopback_users", "none"));
        all.putAll(settings);
        return all.entrySet().stream()
                .map(setting -> setting.getKey() + " = " + setting.getValue() + "\n")
                .collect(Collectors.joining());
    }

    /** What a client connects to; stays the same over {@link #restart()}. */
    public String uri() {
        return "amqp://guest:guest@" + address();
    }

    private static List<Command> prepare(Path directory, int port, Map<String, String> settings) throws IOException {
        Path server = server(System.getenv());
        Path names = Programs.find("epmd", "EPMD", PACKAGE, System.getenv());
        Map<String, String> here = new HashMap<>(settings);
        here.put("listeners.tcp.1", HOST + ":" + port);
        Files.writeString(directory.resolve("rabbitmq.conf"), configuration(here));
        Map<String, String> environment = environment(directory);
        // Erlang's nodes find each other by it. One of our own is started, because the server would leave its behind.
        Command portMapper = new Command(List.of(names.toString(), "-d", "-d"), environment, PORTS_ARE_MAPPED);
        return List.of(portMapper, new Command(List.of(server.toString()), environment, READY));
    }

    static Path server(Map<String, String> environment) throws IOException {
        Path server = Programs.find("rabbitmq-server", "RABBITMQ_SERVER", PACKAGE, environment)
                .toRealPath();
        return server.endsWith(SWITCHES_USER) ? server.resolveSibling("rabbitmq-server") : server;
    }

    /** Each file that a server reads or writes, so that it meets neither an installed one nor another of ours. */
    private static Map<String, String> environment(Path directory) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", directory.toString());
        environment.put(
                "RABBITMQ_CONFIG_FILE", directory.resolve("rabbitmq.conf").toString());
        environment.put("RABBITMQ_CONFIG_FILES", directory.resolve("conf.d").toString());
        environment.put(
                "RABBITMQ_ADVANCED_CONFIG_FILE",
                directory.resolve("advanced.config").toString());
        environment.put(
                "RABBITMQ_CONF_ENV_FILE", directory.resolve("rabbitmq-env.conf").toString());
        environment.put(
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                directory.resolve("enabled_plugins").toString());
        environment.put("RABBITMQ_MNESIA_BASE", directory.resolve("data").toString());
        environment.put("RABBITMQ_LOG_BASE", directory.resolve("log").toString());
        environment.put("RABBITMQ_NODENAME", "linkspan@localhost");
        environment.put("RABBITMQ_DIST_PORT", String.valueOf(FreePorts.next()));
        environment.put("ERL_EPMD_ADDRESS", HOST);
        environment.put("ERL_EPMD_PORT", String.valueOf(FreePorts.next()));
        // Else a shell stays in front of the server, and would be killed in its place.
        environment.put("RUNNING_UNDER_SYSTEMD", "true");
        return environment;
    }
}
