package dev.linkspan.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each change of what users can name shows in a diff of an api.txt; {@code scripts/api --update} writes it. */
class ApiTest {
    @ParameterizedTest
    @MethodSource("published")
    void public_api_is_what_api_txt_says(Module module) throws IOException {
        String api = PublicApi.of(module);
        if (Boolean.getBoolean("linkspan.api.update")) {
            Files.writeString(module.api(), api);
        }
        assertThat(module.api())
                .as("%s: if the change is meant, run scripts/api --update and commit api.txt", module)
                .content()
                .isEqualTo(api);
    }

    @Test
    void published_modules_are_those_in_the_bom() {
        assertThat(Module.withApi())
                .as("folders with an api.txt, which makes the build publish them")
                .containsExactlyInAnyOrderElementsOf(
                        published().stream().map(Module::name).toList());
    }

    static List<Module> published() {
        return Module.published();
    }
}
