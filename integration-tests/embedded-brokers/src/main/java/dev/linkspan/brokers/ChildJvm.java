package dev.linkspan.brokers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A main class of this module in a JVM of its own, with a classpath of its own. Its standard input is the lifeline that
 * ends with us, its standard output carries the line that says it is ready, all else goes to a log file.
 */
final class ChildJvm {

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    static ChildJvm launch(
            String mainClass, String classpathResource, List<String> jvmOptions, Path argument, Path log) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(ownLocation() + File.pathSeparator + read(classpathResource));
        command.add(mainClass);
        command.add(argument.toString());
        try {
            return new ChildJvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a child JVM", e);
        }
    }

    /** The first line that the child prints; null when it ended without one. */
    @Nullable
    String firstLine(Duration timeout) throws InterruptedException, TimeoutException {
        CompletableFuture<@Nullable String> line = new CompletableFuture<>();
        Thread reader = new Thread(() -> line.complete(readLine()), "child-jvm-output");
        reader.setDaemon(true);
        reader.start();
        try {
            return line.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until a child that has said its last is gone. */
    int exitStatus() {
        return process.onExit().join().exitValue();
    }

    /** Kills it (SIGKILL on Unix) and waits until it is gone, so that its port and files are free. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    private @Nullable String readLine() {
        // Not closed: a closed pipe would make a later print of the child fail.
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        try {
            return out.readLine();
        } catch (IOException e) {
            return null;
        }
    }

    private static Path ownLocation() {
        try {
            return Path.of(ChildJvm.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(String resource) {
        try (InputStream in = ChildJvm.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(
                        resource + " is missing: Maven writes it when it builds integration-tests/embedded-brokers");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
