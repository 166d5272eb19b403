package dev.linkspan.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {

    @TempDir
    private Path folder;

    @Test
    void a_program_that_is_not_there_is_an_error_of_one_line_that_says_what_to_install() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> find(Map.of("PATH", folder.toString())))
                .withMessage("toy-server is not installed: install it (Debian: apt-get install toy), "
                        + "or set TOY_SERVER to where it is");
    }

    @Test
    void a_program_is_taken_from_the_path() throws IOException {
        Path program = program(folder.resolve("toy-server"));

        assertThat(find(Map.of("PATH", folder.resolve("none") + ":" + folder))).isEqualTo(program);
    }

    @Test
    void a_program_that_is_named_wins_over_the_path() throws IOException {
        program(folder.resolve("toy-server"));
        Path named = program(folder.resolve("other-server"));

        assertThat(find(Map.of("PATH", folder.toString(), "TOY_SERVER", named.toString())))
                .isEqualTo(named);
    }

    @Test
    void a_program_that_is_named_and_not_there_is_an_error_whatever_is_on_the_path() throws IOException {
        program(folder.resolve("toy-server"));

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> find(Map.of("PATH", folder.toString(), "TOY_SERVER", "/none/toy-server")))
                .withMessage("TOY_SERVER=/none/toy-server is no program");
    }

    @Test
    void rabbitmqs_own_program_is_taken_and_not_the_one_that_switches_users() throws IOException {
        Path own = program(folder.resolve("lib/rabbitmq-server"));
        Path wrapper = program(folder.resolve("lib/rabbitmq-script-wrapper"));
        Path link = Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("sbin")).resolve("rabbitmq-server"), wrapper);

        assertThat(RabbitMqBroker.server(Map.of("PATH", link.getParent().toString())))
                .isEqualTo(own.toRealPath());
        assertThat(RabbitMqBroker.server(Map.of("PATH", own.getParent().toString())))
                .isEqualTo(own.toRealPath());
    }

    private static Path find(Map<String, String> environment) {
        return Programs.find("toy-server", "TOY_SERVER", "toy", environment);
    }

    private static Path program(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.createFile(
                file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
}
