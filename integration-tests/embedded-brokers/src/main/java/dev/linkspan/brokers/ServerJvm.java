package dev.linkspan.brokers;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a server that is written for the JVM is started in one of its own, so that its jars do not meet the caller's. */
final class ServerJvm {

    /** A test broker lives for seconds: a fast start counts for more than peak throughput. */
    private static final List<String> OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Djava.awt.headless=true");

    private ServerJvm() {}

    /**
     * The command.
     *
     * @param classpath a resource of this package that lists the server's jars; Maven writes it
     */
    static List<String> words(List<String> options, String classpath, String mainClass, String... arguments)
            throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(OPTIONS);
        words.addAll(options);
        words.add("-cp");
        words.add(ownLocation() + File.pathSeparator + read(classpath));
        words.add(mainClass);
        words.addAll(List.of(arguments));
        return words;
    }

    private static Path ownLocation() {
        try {
            return Path.of(ServerJvm.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(String classpath) throws IOException {
        try (InputStream in = ServerJvm.class.getResourceAsStream(classpath)) {
            if (in == null) {
                throw new IllegalStateException(
                        classpath + " is missing: Maven writes it when it builds integration-tests/embedded-brokers");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
