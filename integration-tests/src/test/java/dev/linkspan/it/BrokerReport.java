package dev.linkspan.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Says which broker a run used: a file per broker in {@code target/brokers}, from which scripts/test makes its summary.
 */
public final class BrokerReport {

    private static final Path FOLDER = Path.of("target", "brokers");

    private BrokerReport() {}

    /** Where a broker's log goes, beside its report. */
    public static Path log(String name) {
        return FOLDER.resolve(name + ".log");
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
                            "real=" + (broker.isReal() ? "real" : "emulated")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
