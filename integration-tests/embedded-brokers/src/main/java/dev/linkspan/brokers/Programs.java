package dev.linkspan.brokers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** Finds installed programs. */
final class Programs {

    /** Where packages put servers; not every user's PATH leads there. */
    private static final String SERVERS = "/usr/local/sbin:/usr/sbin:/opt/homebrew/sbin";

    private Programs() {}

    /**
     * The program that an environment variable names, else the one on the PATH.
     *
     * @param debianPackage for the error's message
     * @throws IllegalStateException if there is none; the message, one line, says what to install
     */
    static Path find(String program, String variable, String debianPackage, Map<String, String> environment) {
        String named = environment.getOrDefault(variable, "");
        if (!named.isEmpty()) {
            if (!isProgram(Path.of(named))) {
                throw new IllegalStateException(variable + "=" + named + " is no program");
            }
            return Path.of(named);
        }
        return onPath(environment.getOrDefault("PATH", ""), program)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(program + " is not installed: install it (Debian: apt-get"
                        + " install " + debianPackage + "), or set " + variable + " to where it is"));
    }

    private static Stream<Path> onPath(String path, String program) {
        return Stream.of(path, SERVERS)
                .flatMap(folders -> Arrays.stream(folders.split(File.pathSeparator)))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Programs::isProgram);
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
