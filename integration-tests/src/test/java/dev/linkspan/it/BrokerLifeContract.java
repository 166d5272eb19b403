package dev.linkspan.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Brokers of a test's own can be killed and come back, and end with whoever started them. A subclass has a main method
 * that calls {@link #hold}.
 */
@Tag("broker-life")
@Timeout(180)
public abstract class BrokerLifeContract<B extends Broker> {

    private static final int CONNECT_WITHIN_MILLIS = 2_000;

    /** One queue of a broker, with clients that were there before the broker was killed. */
    public interface Queue extends AutoCloseable {
        /** Returns when the broker has acknowledged all. */
        void send(List<String> bodies);

        /** The first so many, in their order, as a new client gets them. */
        List<String> receive(int count);

        @Override
        void close();
    }

    protected abstract Brokers<B> brokers();

    protected abstract Queue queue(B broker) throws Exception;

    /** A broker of the test's own, which keeps what it has acknowledged. */
    protected B start() {
        return brokers().start();
    }

    @Test
    void acknowledged_messages_survive_a_kill_and_clients_go_on() throws Exception {
        Broker other = brokers().shared();
        try (B broker = start();
                Queue queue = queue(broker)) {
            String address = broker.address();
            List<String> before =
                    IntStream.range(0, 100).mapToObj(i -> "before " + i).toList();
            queue.send(before);

            broker.kill();
            assertThat(answers(address)).isFalse();
            assertThat(answers(other.address())).isTrue();

            broker.restart();
            assertThat(broker.address()).isEqualTo(address);
            queue.send(List.of("after"));
            assertThat(queue.receive(101))
                    .startsWith(before.toArray(String[]::new))
                    .endsWith("after");
        }
    }

    @Test
    void a_broker_ends_with_the_jvm_that_started_it(@TempDir Path folder) throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + BrokerMode.PROPERTY + "=" + BrokerMode.ofThisRun(),
                        "-Djava.io.tmpdir=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        getClass().getName())
                // its reports and logs are not ours
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            String address = out.readLine();
            assertThat(answers(address)).isTrue();
            List<ProcessHandle> processes = jvm.descendants().toList();

            switch (BrokerMode.ofThisRun()) {
                case LOCAL -> jvm.destroyForcibly();
                // Without its cleaner, which comes as an image too, Testcontainers leaves what a killed JVM had
                // started.
                case TESTCONTAINERS -> jvm.destroy();
            }

            patiently().until(() -> !answers(address));
            patiently().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            patiently().until(() -> dataIn(folder).isEmpty());
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** What the main method does in a JVM that does not get to close its broker. */
    protected static void hold(Brokers<?> brokers) throws InterruptedException {
        System.out.println(brokers.start().address());
        Thread.sleep(Long.MAX_VALUE);
    }

    private static List<Path> dataIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("linkspan-"))
                    .toList();
        }
    }

    private static boolean answers(String address) {
        String[] hostAndPort = address.split(":");
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1])), CONNECT_WITHIN_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(60, SECONDS);
    }
}
