package dev.linkspan.it;

import com.github.dockerjava.api.DockerClient;
import dev.linkspan.brokers.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.utility.DockerImageName;

/** The images of the brokers, by their upstream names, and what is the same for every container. */
public final class Containers {

    public static final DockerImageName ELASTICMQ = DockerImageName.parse("softwaremill/elasticmq-native:1.7.1");
    public static final DockerImageName KAFKA = DockerImageName.parse("apache/kafka:4.3.1");
    public static final DockerImageName NATS = DockerImageName.parse("nats:2.10.27");
    public static final DockerImageName RABBITMQ = DockerImageName.parse("rabbitmq:4.0.5");

    private static final int START_ATTEMPTS = 5;

    private Containers() {}

    /** True if a Docker engine answers; asked once in a JVM. */
    static boolean engineAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /**
     * Starts a container whose port has the same number on this machine for as long as it exists; left to itself, Docker
     * maps another one with each start.
     *
     * @param port the port inside the container
     * @param log gets what the container prints
     */
    static void start(GenericContainer<?> container, int port, Path log) {
        // by this label, what a killed run has left can be told from other projects' containers
        container.withLabel("dev.linkspan", "tests");
        for (int attempt = 1; ; attempt++) {
            container.setPortBindings(List.of(FreePorts.next() + ":" + port));
            try {
                container.start();
                break;
            } catch (RuntimeException e) {
                // the port may be free here and taken where the engine runs
                container.stop();
                if (attempt == START_ATTEMPTS || !isPortTaken(e)) {
                    throw e;
                }
            }
        }
        follow(container, log);
    }

    /** Sends SIGKILL, as a crash would end it, and waits until it is gone; its files stay. */
    static void kill(GenericContainer<?> container) {
        DockerClient docker = container.getDockerClient();
        docker.killContainerCmd(container.getContainerId()).exec();
        docker.waitContainerCmd(container.getContainerId()).start().awaitStatusCode();
    }

    /** Starts a killed container again, with the files that it had. */
    static void restart(GenericContainer<?> container, WaitStrategy ready, Path log) {
        container
                .getDockerClient()
                .startContainerCmd(container.getContainerId())
                .exec();
        ready.waitUntilReady(container);
        follow(container, log);
    }

    private static boolean isPortTaken(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (message.contains("already allocated") || message.contains("already in use")) {
                return true;
            }
        }
        return false;
    }

    private static void follow(GenericContainer<?> container, Path log) {
        try {
            Files.createDirectories(log.getParent());
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        container.followOutput(frame -> {
            try {
                Files.writeString(log, frame.getUtf8String(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
