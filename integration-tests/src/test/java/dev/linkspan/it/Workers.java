package dev.linkspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Processes that handle batches one after the other, and are killed in the middle of one: what they run is a {@link Work}. */
public final class Workers {

    private final Class<?> main;
    private final Path journal;

    /** @param folder of the test's own */
    public Workers(Class<?> main, Path folder) {
        this.main = main;
        this.journal = folder.resolve("handled");
    }

    /** Until it has handled so many messages; then it is in the middle of a batch, and is killed. */
    public void runAndKill(int stopAfter, String... arguments) throws IOException, InterruptedException {
        Process worker = start(stopAfter, arguments);
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo(Work.IN_THE_MIDDLE);
        } finally {
            // SIGKILL: no hook runs, nothing is flushed
            worker.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    /** Until there is nothing left to do. */
    public void runToTheEnd(String... arguments) throws IOException, InterruptedException {
        Process worker = start(-1, arguments);
        try (BufferedReader out = worker.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo(Work.DONE);
            assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            worker.destroyForcibly();
        }
    }

    /** The names of all that any of them has handled. */
    public Set<String> handled() throws IOException {
        return Files.exists(journal) ? new HashSet<>(Files.readAllLines(journal)) : new HashSet<>();
    }

    private Process start(int stopAfter, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(journal.toString(), Integer.toString(stopAfter)));
        command.addAll(List.of(arguments));
        Process worker = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // one that waits for messages that never come must end for the test to fail
        CompletableFuture.delayedExecutor(120, TimeUnit.SECONDS).execute(worker::destroyForcibly);
        return worker;
    }
}
