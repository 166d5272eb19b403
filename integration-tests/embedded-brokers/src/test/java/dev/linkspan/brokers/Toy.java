package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A broker of a few lines of shell, which find its directory in {@code $1} and its port in {@code $2}. */
final class Toy extends LocalBroker {

    /** The end of a script that is ready. */
    static final String GOES_ON = "echo Toy 1.2; echo ready; exec sleep 1000";

    private static final Pattern VERSION = Pattern.compile("Toy (\\S+)");
    private static final Pattern READY = Pattern.compile("(?m)^ready$");

    private Toy(BiFunction<Path, Integer, List<Command>> commands, @Nullable Path log) {
        super(new Program("Toy", VERSION, commands::apply), log);
    }

    /** Starts one script after the other. */
    static Toy start(String... scripts) {
        return start(null, scripts);
    }

    static Toy start(@Nullable Path log, String... scripts) {
        return new Toy(
                (directory, port) -> Arrays.stream(scripts)
                        .map(script -> command(directory, port, script))
                        .toList(),
                log);
    }

    private static Command command(Path directory, int port, String script) {
        List<String> words = List.of("sh", "-c", script, "sh", directory.toString(), String.valueOf(port));
        return new Command(words, Map.of("TOY", "a toy's"), READY);
    }
}
