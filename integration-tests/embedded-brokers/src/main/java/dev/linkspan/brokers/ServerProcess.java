package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program in a process of its own that ends with this JVM, however that ends, on systems with a POSIX shell. Its
 * output goes to a log file.
 */
final class ServerProcess {

    /**
     * In a session of its own, where the system has the command for it: a Ctrl-C, or a kill of our process group, meets
     * only us, and the watch below is there to do the rest.
     */
    private static final String IN_OWN_SESSION = "exec $(command -v setsid) \"$@\"";

    /**
     * The shell becomes the server, so that its process id and exit status are the server's. It leaves a watch behind at
     * the pipe from this JVM: a line there ends the watch; the pipe's end without a line ends the server and its files.
     */
    private static final String UNDER_WATCH = """
            exec 3<&0 </dev/null
            (
              trap '' HUP INT TERM
              { read -r _ <&3 || { kill -9 $$ && for _ in 1 2 3 4 5; do rm -rf "$1" && break; sleep 1; done; }; } &
            ) >/dev/null 2>&1
            shift
            exec 3<&- "$@"
            """;

    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a program.
     *
     * @param directory deleted if this JVM ends without {@link #kill()}
     */
    static ServerProcess launch(Command command, Path directory, Path log) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", IN_OWN_SESSION, "sh"));
        words.addAll(List.of("sh", "-c", UNDER_WATCH, "sh", directory.toString()));
        words.addAll(command.words());
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(command.environment());
        try {
            return new ServerProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.words().get(0), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Of a program that has ended. */
    int exitStatus() {
        return process.exitValue();
    }

    /** Kills it (SIGKILL) and waits until it is gone, so that its port and files are free; its files stay. */
    void kill() {
        try (OutputStream watch = process.getOutputStream()) {
            watch.write('\n');
        } catch (IOException e) {
            // It has ended, and the watch with it.
        }
        process.destroyForcibly().onExit().join();
    }
}
