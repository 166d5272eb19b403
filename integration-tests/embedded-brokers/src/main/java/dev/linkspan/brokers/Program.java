package dev.linkspan.brokers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What one kind of server has of its own.
 *
 * @param name the product's
 * @param version found in the server's log; its first group is the version
 */
record Program(String name, Pattern version, Setup setup) {

    /** Gets a server ready to start. */
    interface Setup {
        /**
         * Writes what the server will read. Returns what is to be started, one after the other: the server, and before
         * it what it needs.
         */
        List<Command> prepare(Path directory, int port) throws IOException;
    }

    /**
     * A program to start.
     *
     * @param environment added to that of this JVM
     * @param ready found in the program's log once it takes requests
     */
    record Command(List<String> words, Map<String, String> environment, Pattern ready) {}
}
