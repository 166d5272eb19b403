package dev.linkspan.brokers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the processes of one server, one after the other, print to a file. */
final class ServerLog {

    private static final int LINES_SHOWN = 60;

    private final Path file;
    /** Characters that former processes wrote. */
    private int old;

    ServerLog(Path file) {
        this.file = file;
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    /** What is there now is not found any more. */
    void startAnew() {
        old = text().length();
    }

    boolean has(Pattern pattern) {
        return matcher(pattern).find();
    }

    /** The first group of the first match. */
    String find(Pattern pattern) {
        Matcher matcher = matcher(pattern);
        if (!matcher.find()) {
            throw new IllegalStateException("the log does not have " + pattern + tail());
        }
        return matcher.group(1);
    }

    /** For an error's message. */
    String tail() {
        List<String> lines = text().lines().toList();
        int from = Math.max(0, lines.size() - LINES_SHOWN);
        return "; the last lines of its log:\n" + String.join("\n", lines.subList(from, lines.size()));
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text().substring(old));
    }

    private String text() {
        try {
            // one character a byte, so that a place in the text stays that place
            return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
