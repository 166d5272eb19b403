package dev.linkspan.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each Java snippet of the documentation stands in a source that is compiled: an example or a test. Compared are Java's
 * tokens, so that indentation, line breaks and comments may differ. Where a snippet leaves something out it says
 * {@code …}: what stands before and after must then be found in this order in one file.
 */
class SnippetsTest {
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```java\\n(.*?)^ *```");
    // Possessive and unrolled: a regular expression recurses over what it may have to take back.
    private static final Pattern TOKEN = Pattern.compile("(?s)//[^\\n]*+|/\\*.*?\\*/|\"\"\".*?\"\"\""
            + "|\"[^\"\\\\\\n]*+(?:\\\\.[^\"\\\\\\n]*+)*+\"|'[^'\\\\\\n]*+(?:\\\\.[^'\\\\\\n]*+)*+'|[\\w$]++|\\S");
    private static final String ELISION = "…";

    private static List<String> sources;

    /** @param from where it begins in the file, for messages */
    record Snippet(Path file, int from, String text) {
        @Override
        public String toString() {
            return Module.root().relativize(file) + ":" + from;
        }
    }

    @BeforeAll
    static void read_all_sources_once() {
        sources = Stream.concat(
                        Module.files(Module.root().resolve("examples/src"), ".java").stream(),
                        folders()
                                .map(module -> module.resolve("src/test/java"))
                                .filter(Files::isDirectory)
                                .flatMap(tests -> Module.files(tests, ".java").stream()))
                .map(Module::read)
                .map(SnippetsTest::tokens)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippet_stands_in_compiled_code(Snippet snippet) {
        assertThat(isCompiled(snippet.text()))
                .as(
                        "%s: no example or test has this; tokens count, and … stands for what is left out:%n%s",
                        snippet, snippet.text())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippet_with_one_token_changed_is_not_found(Snippet snippet) {
        List<String> tokens =
                new ArrayList<>(List.of(tokens(snippet.text()).strip().split("\n")));
        int name = tokens.stream()
                .filter(token -> token.matches("[a-z]\\w+"))
                .findFirst()
                .map(tokens::indexOf)
                .orElseThrow();
        tokens.set(name, tokens.get(name) + "Changed");

        assertThat(isCompiled(String.join("\n", tokens))).isFalse();
    }

    @Test
    void what_is_elided_stands_between_its_neighbours_and_in_their_order() {
        String source = tokens("int a = 1; // the first\n int b = 2;\n int c = \"…//\";");

        assertThat(stands("int a = 1;\n…\nint c = \"…//\";", source)).isTrue();
        assertThat(stands("int b = 2; … int a = 1;", source)).isFalse();
        assertThat(stands("nt b = 2;", source)).isFalse();
    }

    @Test
    void documentation_has_snippets_in_each_place() {
        assertThat(snippets())
                .extracting(snippet -> Module.root().relativize(snippet.file()).toString())
                .contains("README.md", "kafka/README.md", "docs/SPRING_KAFKA.md", "docs/KAFKA_STREAMS.md");
    }

    private static boolean isCompiled(String snippet) {
        return sources.stream().anyMatch(source -> stands(snippet, source));
    }

    private static boolean stands(String snippet, String source) {
        int from = 0;
        for (String part : tokens(snippet).split("\n" + ELISION + "(?=\n)")) {
            String piece = part.endsWith("\n") ? part : part + "\n";
            int at = source.indexOf(piece, from);
            if (at < 0) {
                return false;
            }
            // the line break that ends this piece begins the next
            from = at + piece.length() - 1;
        }
        return true;
    }

    /** One a line, with a line break before the first and after the last, and no comments. */
    private static String tokens(String code) {
        Matcher tokens = TOKEN.matcher(code);
        return tokens.results()
                .filter(token -> !isComment(token))
                .map(MatchResult::group)
                .collect(Collectors.joining("\n", "\n", "\n"));
    }

    private static boolean isComment(MatchResult token) {
        return token.group().startsWith("//") || token.group().startsWith("/*");
    }

    static List<Snippet> snippets() {
        Path root = Module.root();
        return Stream.of(Stream.of(root), folders(), Stream.of(root.resolve("docs")))
                .flatMap(folders -> folders)
                .flatMap(SnippetsTest::pages)
                .distinct()
                .flatMap(page -> FENCED.matcher(Module.read(page))
                        .results()
                        .map(fenced -> new Snippet(page, lineOf(fenced, Module.read(page)), fenced.group(1))))
                .toList();
    }

    /** The READMEs, and all that is in docs. */
    private static Stream<Path> pages(Path folder) {
        String[] names = folder.toFile()
                .list((in, name) -> name.endsWith(".md") && (name.equals("README.md") || folder.endsWith("docs")));
        return names == null ? Stream.empty() : Arrays.stream(names).sorted().map(folder::resolve);
    }

    private static int lineOf(MatchResult fenced, String page) {
        return (int) page.substring(0, fenced.start()).lines().count() + 1;
    }

    private static Stream<Path> folders() {
        String[] names = Module.root()
                .toFile()
                .list((in, name) -> Files.isDirectory(in.toPath().resolve(name)));
        return names == null ? Stream.empty() : Arrays.stream(names).sorted().map(Module.root()::resolve);
    }
}
