package dev.linkspan.brokers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds installed programs. */
final class Programs {

    /** Where packages put servers, and not every user's PATH leads. */
    private static final String SERVERS = "/usr/local/sbin:/usr/sbin:/opt/homebrew/sbin";

    private Programs() {}

    /**
     * The program that the variable names, else the one on the PATH.
     *
     * @throws IllegalStateException if there is none; the message, one line, says what to install
     */
    static Path find(String program, String variable) {
        return find(program, variable, System.getenv());
    }

    static Path find(String program, String variable, Map<String, String> environment) {
        String named = environment.get(variable);
        if (named != null && !named.isEmpty()) {
            if (Files.isExecutable(Path.of(named))) {
                return Path.of(named);
            }
            throw new IllegalStateException(variable + "=" + named + ": no program is there");
        }
        return onPath(environment.get("PATH"), program)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(program + " is not installed: install it (Debian: apt-get"
                        + " install " + program + "), or set " + variable + " to where it is, or use containers"));
    }

    private static Stream<Path> onPath(@Nullable String path, String program) {
        return Stream.of(path == null ? "" : path, SERVERS)
                .flatMap(folders -> Arrays.stream(folders.split(File.pathSeparator)))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file));
    }
}
