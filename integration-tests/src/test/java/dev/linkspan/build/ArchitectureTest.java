package dev.linkspan.build;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.opentelemetry.api.trace.SpanBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final String CORE = "dev.linkspan.propagation";
    private static final String BATCH = "dev.linkspan.batch";
    private static final String TESTING = "dev.linkspan.testing";
    private static final Pattern CONVENTION = Pattern.compile("(?m)^(?!\\s*(?:\\*|//|/\\*)).*\"(?:messaging|aws)\\.");

    private static JavaClasses classes;

    @BeforeAll
    static void read_all_classes_once() {
        classes = new ClassFileImporter()
                .importPaths(published().stream().map(Module::classes).toList());
    }

    @Test
    void core_knows_opentelemetry_api_and_nothing_else() {
        classes()
                .that()
                .resideInAPackage(CORE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.opentelemetry.api..",
                        "io.opentelemetry.context..",
                        "org.jspecify.annotations",
                        CORE)
                .check(classes);
    }

    @ParameterizedTest
    @MethodSource("published")
    void module_knows_no_other_module_than_core(Module module) {
        noClasses()
                .that()
                .resideInAPackage(module.packageName() + "..")
                .should()
                .dependOnClassesThat(describe(
                        "belong to another module",
                        (JavaClass known) -> known.getPackageName().startsWith("dev.linkspan.")
                                && !known.getPackageName().equals(CORE)
                                && !known.getPackageName().equals(module.packageName())))
                .check(classes);
    }

    @ParameterizedTest
    @MethodSource("published")
    void module_is_one_flat_package(Module module) {
        assertThat(module.sources())
                .extracting(source -> module.folder().resolve("src/main/java").relativize(source.getParent()))
                .containsOnly(Path.of(module.packageName().replace('.', '/')));
    }

    @Test
    void only_core_builds_spans() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CORE, TESTING)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(SpanBuilder.class)
                .check(classes);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching("dev.linkspan.(**)").should().beFreeOfCycles().check(classes);
    }

    @ParameterizedTest
    @MethodSource("published")
    void only_one_file_of_a_module_spells_attribute_names(Module module) {
        List<String> spelling = module.sources().stream()
                .filter(source -> CONVENTION.matcher(Module.read(source)).find())
                .map(source -> source.getFileName().toString())
                .toList();
        switch (module.packageName()) {
            case CORE -> assertThat(spelling).containsExactly("Semconv.java");
            // its tables are what the others are checked against
            case TESTING -> assertThat(spelling).doesNotContain("Semconv.java");
            // what it says of messages, core says for it
            case BATCH -> assertThat(spelling).isEmpty();
            default -> assertThat(spelling).singleElement().asString().endsWith("Attributes.java");
        }
    }

    static List<Module> published() {
        return Module.published();
    }
}
