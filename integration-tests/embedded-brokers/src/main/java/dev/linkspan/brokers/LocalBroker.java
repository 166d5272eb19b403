package dev.linkspan.brokers;

import dev.linkspan.brokers.Program.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A real broker on this machine, in a process of its own, so that it can be killed for real.
 *
 * <p>It listens on a random port of the loopback interface, keeps its data in a temporary directory, and takes requests
 * once it is there. It ends with {@link #close()} and with the JVM that started it, also when that is killed; its data
 * goes with it. It needs a POSIX shell.
 *
 * <p>Not thread-safe, but for its address and {@link #version()}.
 */
public abstract class LocalBroker implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 20;
    private static final int PORT_ATTEMPTS = 5;
    private static final Pattern PORT_TAKEN =
            Pattern.compile("(?i)address already in use|eaddrinuse|port \\d+ (is )?in use");

    private final Program program;
    private final int port = FreePorts.next();
    private final Path directory;
    private final List<Command> commands;
    private final ServerLog log;
    private final String version;
    /** The server is the first, what it needs comes after it. */
    private final Deque<ServerProcess> processes = new ArrayDeque<>();

    LocalBroker(Program program, @Nullable Path log) {
        this.program = program;
        try {
            directory = Files.createTempDirectory("linkspan-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.log = new ServerLog(log == null ? directory.resolve("server.log") : log);
        try {
            commands = program.setup().prepare(directory, port);
            launch();
            version = this.log.find(program.version());
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts a broker, again if another program has taken a port meanwhile. */
    static <B> B onFreePorts(Supplier<B> start) {
        for (int attempt = 1; ; attempt++) {
            try {
                return start.get();
            } catch (PortTakenException e) {
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Host and port; stay the same over {@link #restart()}. */
    public final String address() {
        return HOST + ":" + port;
    }

    /** The server's version, as it says itself. */
    public final String version() {
        return version;
    }

    /** Kills the broker (SIGKILL), as a crash would; its data stays for {@link #restart()}. */
    public final void kill() {
        while (!processes.isEmpty()) {
            processes.pop().kill();
        }
    }

    /** Kills the broker if it runs, and starts it again on the same port with the same data. */
    public final void restart() {
        kill();
        launch();
    }

    /** Kills the broker and deletes its data. Does nothing the second time. */
    @Override
    public final void close() {
        kill();
        Directories.delete(directory);
    }

    @Override
    public String toString() {
        return program.name() + " " + version + " at " + address() + (processes.isEmpty() ? " (killed)" : "");
    }

    private void launch() {
        int server = commands.size() - 1;
        log.startAnew();
        for (int i = 0; i <= server; i++) {
            launch(commands.get(i), i == server ? log : new ServerLog(directory.resolve("needed-" + i + ".log")));
        }
    }

    private void launch(Command command, ServerLog log) {
        ServerProcess process = ServerProcess.launch(command, directory, log.file());
        processes.push(process);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!log.has(command.ready())) {
            if (!process.isAlive()) {
                throw notUp("its process ended with status " + process.exitStatus(), log);
            }
            if (System.nanoTime() - deadline > 0) {
                throw notUp("not ready within " + READY_WITHIN.toSeconds() + " s", log);
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw notUp("interrupted", log);
            }
        }
    }

    /** What is not ready is not left behind. */
    private IllegalStateException notUp(String reason, ServerLog log) {
        kill();
        String tail = log.tail();
        String problem = "the " + program.name() + " broker did not come up: " + reason + tail;
        // An exit status does not tell.
        return PORT_TAKEN.matcher(tail).find() ? new PortTakenException(problem) : new IllegalStateException(problem);
    }

    private static final class PortTakenException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        PortTakenException(String message) {
            super(message);
        }
    }
}
