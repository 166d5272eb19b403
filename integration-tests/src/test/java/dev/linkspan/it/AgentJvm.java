package dev.linkspan.it;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A main class of the tests in a JVM of its own, under OpenTelemetry's Java agent. The agent sees to the SDK and exports,
 * as it does for users; it is no part of any class path.
 */
public final class AgentJvm {

    private static final int PATIENCE_SECONDS = 300;

    private AgentJvm() {}

    /**
     * Runs it to its end; fails with its output if that is not a good one.
     *
     * @param options of the agent, as it is given them: {@code -Dotel.…}
     * @return the spans that the agent exported
     */
    public static List<SpanData> run(Class<?> main, List<String> options, List<String> arguments) {
        try (OtlpReceiver receiver = new OtlpReceiver()) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-XX:TieredStopAtLevel=1"); // it lives for seconds
            command.add("-javaagent:" + System.getProperty("linkspan.javaagent"));
            command.add("-Dotel.exporter.otlp.endpoint=" + receiver.endpoint());
            command.add("-Dotel.exporter.otlp.timeout=60000");
            command.add("-Dotel.bsp.schedule.delay=100"); // what is left at the end must not be much
            command.add("-Dotel.metrics.exporter=none");
            command.add("-Dotel.logs.exporter=none");
            command.addAll(options);
            command.add("-cp");
            command.add(System.getProperty("java.class.path"));
            command.add(main.getName());
            command.addAll(arguments);
            Path output = BrokerReport.log(main.getSimpleName() + "-" + System.nanoTime());
            int status = run(command, output);
            if (status != 0) {
                throw new AssertionError(
                        main.getSimpleName() + " ended with " + status + ":\n" + Files.readString(output));
            }
            return receiver.spans();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int run(List<String> command, Path output) throws IOException {
        Files.createDirectories(output.toAbsolutePath().getParent());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // what is set for this machine's own programs is not for ours
        builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_") || name.equals("JAVA_TOOL_OPTIONS"));
        Process process = builder.start();
        try {
            return process.waitFor(PATIENCE_SECONDS, SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
