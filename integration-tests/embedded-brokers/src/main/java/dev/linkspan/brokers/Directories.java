package dev.linkspan.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Deletes what a broker wrote, also while it still writes. */
final class Directories {

    private static final int ATTEMPTS = 5;

    private Directories() {}

    static void delete(Path root) {
        for (int i = 0; i < ATTEMPTS && Files.exists(root); i++) {
            try (Stream<Path> walk = Files.walk(root)) {
                List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException | UncheckedIOException e) {
                // The broker made or removed a file meanwhile: once more.
            }
        }
    }
}
