package dev.linkspan.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Says which broker a run used: a file per broker in {@code target/brokers}, from which scripts/test makes its summary.
 */
public final class BrokerReport {

    private static final Path FOLDER = Path.of("target", "brokers");
    private static final ConcurrentMap<String, Integer> STARTED = new ConcurrentHashMap<>();

    private BrokerReport() {}

    /** Where a log goes, beside the reports. */
    public static Path log(String name) {
        return FOLDER.resolve(name + ".log");
    }

    /** Where the log of one more broker goes: its name tells the process that started it from others of the same run. */
    public static Path nextLog(String name) {
        return log(name + "-" + ProcessHandle.current().pid() + "-" + STARTED.merge(name, 1, Integer::sum));
    }

    static void write(String name, Broker broker) {
        write(FOLDER, name, broker);
    }

    static void write(Path folder, String name, Broker broker) {
        try {
            Files.createDirectories(folder);
            Files.write(
                    folder.resolve(name + ".properties"),
                    List.of(
                            "name=" + name,
                            "version=" + broker.version(),
                            "where=" + broker.where(),
                            "real=" + (broker.emulated().isEmpty() ? "real" : "emulated (" + broker.emulated() + ")")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
