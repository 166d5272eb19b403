package dev.linkspan.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A published module: the BOM lists it, and its folder is called like its artifact. */
record Module(String name, Path folder) {
    private static final Pattern LISTED =
            Pattern.compile("<artifactId>linkspan-([a-z-]+)</artifactId>\\s*<version>\\$\\{project.version}");

    static List<Module> published() {
        return LISTED.matcher(read(root().resolve("bom/pom.xml")))
                .results()
                .map(listed -> new Module(listed.group(1), root().resolve(listed.group(1))))
                .toList();
    }

    /** The folders that say of themselves, with an api.txt, that they are published. */
    static List<String> withApi() {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("api.txt")))
                    .map(folder -> folder.getFileName().toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path api() {
        return folder.resolve("api.txt");
    }

    Path classes() {
        return folder.resolve("target/classes");
    }

    List<Path> sources() {
        return files(folder.resolve("src/main/java"), ".java");
    }

    /** The one package of the module. */
    String packageName() {
        String info = read(sources().stream()
                .filter(source -> source.endsWith("package-info.java"))
                .findFirst()
                .orElseThrow());
        Matcher declared = Pattern.compile("(?m)^package ([a-z.]+);").matcher(info);
        if (!declared.find()) {
            throw new IllegalStateException("no package in " + info);
        }
        return declared.group(1);
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Path> files(Path folder, String suffix) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Maven starts tests in their module, an IDE often does not. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("bom/pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
