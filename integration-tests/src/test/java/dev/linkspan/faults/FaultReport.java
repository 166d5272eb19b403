package dev.linkspan.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The line of one fault: a file in {@code target/faults}, from which scripts/test makes its table. */
public final class FaultReport {

    private static final Path FOLDER = Path.of("target", "faults");

    private final Properties line = new Properties();

    private FaultReport(String id, String name, String where) {
        line.setProperty("id", id);
        line.setProperty("name", name);
        line.setProperty("where", where);
        line.setProperty("opentelemetry", System.getProperty("linkspan.opentelemetry", "unknown"));
        line.setProperty("figure", "");
        line.setProperty("control", "");
    }

    /** For a fault that is tested by other means than {@link Fault#on}; write it before asserting on the figures. */
    public static FaultReport of(
            String id,
            String name,
            String where,
            long messages,
            long lost,
            long duplicates,
            long exceptions,
            long open) {
        FaultReport report = new FaultReport(id, name, where);
        report.number("messages", messages);
        report.number("lost", lost);
        report.number("duplicates", duplicates);
        report.number("exceptions", exceptions);
        report.number("open", open);
        return report;
    }

    static FaultReport of(
            Fault fault, String where, Observation bare, Comparison comparison, @Nullable Comparison naively) {
        FaultReport report = of(
                fault.id,
                fault.name,
                where,
                bare.handledCount(),
                comparison.lost,
                comparison.duplicates,
                comparison.exceptionsAdded,
                comparison.spansOpen);
        return naively == null
                ? report
                : report.control(naively.violations().entrySet().stream()
                        .map(broken ->
                                broken.getKey() + ": " + broken.getValue().get(0))
                        .collect(Collectors.joining("; ")));
    }

    private void number(String key, long value) {
        line.setProperty(key, Long.toString(value));
    }

    public FaultReport figure(String text) {
        line.setProperty("figure", text);
        return this;
    }

    /** What the naive run broke. */
    public FaultReport control(String text) {
        line.setProperty("control", text);
        return this;
    }

    public void write() {
        String file = String.join(
                        "-",
                        line.getProperty("id"),
                        line.getProperty("where"),
                        line.getProperty("name"),
                        line.getProperty("opentelemetry"))
                .replaceAll("[^A-Za-z0-9.-]+", "_");
        try {
            Files.createDirectories(FOLDER);
            try (Writer writer = Files.newBufferedWriter(FOLDER.resolve(file + ".properties"))) {
                line.store(writer, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
