package dev.linkspan.brokers;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every local broker does, seen on one of a few lines of shell. */
@Timeout(60)
class LocalBrokerTest {

    /** Outside of the broker's directory, which does not outlive it. */
    @TempDir
    private Path notes;

    @Test
    void a_broker_says_its_version_and_where_it_is() {
        try (Toy toy = Toy.start("echo listens at $2; " + Toy.GOES_ON)) {
            assertThat(toy.version()).isEqualTo("1.2");
            assertThat(toy).hasToString("Toy 1.2 at " + toy.address());
            toy.kill();
            assertThat(toy).hasToString("Toy 1.2 at " + toy.address() + " (killed)");
        }
    }

    @Test
    void a_broker_is_there_only_when_its_log_says_so() {
        try (Toy toy = Toy.start("sleep 1; touch " + note("started") + "; " + Toy.GOES_ON)) {
            assertThat(note("started")).exists();
        }
    }

    @Test
    void a_broker_starts_after_what_it_needs() {
        String needed = "sleep 1; touch " + note("needed") + "; echo ready; exec sleep 1000";
        try (Toy toy = Toy.start(needed, "test -e " + note("needed") + " || exit 1; " + Toy.GOES_ON)) {
            assertThat(note("needed")).exists();
        }
    }

    @Test
    void a_killed_broker_is_gone_with_what_it_needs_and_its_data_stays() throws IOException {
        try (Toy toy = Toy.start(noteOfProcess("needed") + Toy.GOES_ON, noteOfProcess("server") + Toy.GOES_ON)) {
            toy.kill();

            assertThat(isAlive("needed")).isFalse();
            assertThat(isAlive("server")).isFalse();
            assertThat(directory("server")).exists();
        }
        assertThat(directory("server")).doesNotExist();
    }

    @Test
    void a_restarted_broker_finds_its_data_and_is_there_only_when_it_says_so_again() throws IOException {
        String script = "if test -e $1/data; then sleep 1; echo $2 again > " + note("second") + "; fi; touch $1/data; ";
        try (Toy toy = Toy.start(script + Toy.GOES_ON)) {
            toy.restart();

            assertThat(toy.address())
                    .isEqualTo("127.0.0.1:" + Files.readString(note("second")).split(" ")[0]);
        }
    }

    @Test
    void a_broker_that_ends_fails_with_its_status_and_the_end_of_its_log_and_leaves_nothing() throws IOException {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> Toy.start(
                        noteOfProcess("needed") + Toy.GOES_ON,
                        noteOfProcess("server") + "seq 100; echo $TOY problem; exit 3"))
                .withMessageStartingWith("the Toy broker did not come up: its process ended with status 3;")
                .withMessageEndingWith("\n100\na toy's problem")
                .withMessageNotContaining("\n40\n");

        assertThat(isAlive("needed")).isFalse();
        assertThat(directory("server")).doesNotExist();
    }

    @Test
    void a_log_outlives_its_broker() {
        Path log = notes.resolve("logs/toy.log");

        Toy.start(log, Toy.GOES_ON).close();

        assertThat(log).hasContent("Toy 1.2\nready");
    }

    @Test
    void a_port_that_is_taken_meanwhile_is_given_up_for_another() {
        AtomicInteger starts = new AtomicInteger();

        try (Toy toy = LocalBroker.onFreePorts(
                () -> Toy.start(starts.incrementAndGet() < 3 ? "echo Address already in use; exit 1" : Toy.GOES_ON))) {
            assertThat(toy.version()).isEqualTo("1.2");
            assertThat(starts).hasValue(3);
        }
    }

    @Test
    void ports_are_not_tried_for_ever_and_other_failures_not_again() {
        AtomicInteger starts = new AtomicInteger();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> LocalBroker.onFreePorts(() -> {
                    starts.incrementAndGet();
                    return Toy.start("echo eaddrinuse; exit 1");
                }));
        assertThat(starts).hasValue(5);

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> LocalBroker.onFreePorts(() -> {
                    starts.incrementAndGet();
                    return Toy.start("echo no such setting; exit 1");
                }));
        assertThat(starts).hasValue(6);
    }

    @Test
    void a_broker_ends_with_a_jvm_that_is_killed() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + notes,
                        "-cp",
                        System.getProperty("java.class.path"),
                        getClass().getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).startsWith("Toy 1.2 at ");
            List<ProcessHandle> processes = jvm.descendants().toList();
            assertThat(processes).hasSize(2);
            assertThat(data()).hasSize(1);

            jvm.destroyForcibly();

            Awaitility.await().atMost(20, SECONDS).untilAsserted(() -> {
                assertThat(processes).noneMatch(ProcessHandle::isAlive);
                assertThat(data()).isEmpty();
            });
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** The JVM that starts a broker and does not get to close it. */
    public static void main(String[] args) throws InterruptedException {
        System.out.println(Toy.start(Toy.GOES_ON, Toy.GOES_ON));
        Thread.sleep(Long.MAX_VALUE);
    }

    private Path note(String name) {
        return notes.resolve(name);
    }

    /** A script that notes its process and its directory. */
    private String noteOfProcess(String name) {
        return "echo $$ $1 > " + note(name) + "; ";
    }

    private boolean isAlive(String name) throws IOException {
        long id = Long.parseLong(Files.readString(note(name)).split(" ")[0]);
        return ProcessHandle.of(id).map(ProcessHandle::isAlive).orElse(false);
    }

    private Path directory(String name) throws IOException {
        return Path.of(Files.readString(note(name)).strip().split(" ")[1]);
    }

    private List<Path> data() throws IOException {
        try (Stream<Path> files = Files.list(notes)) {
            return files.filter(file -> file.getFileName().toString().startsWith("linkspan-"))
                    .toList();
        }
    }
}
