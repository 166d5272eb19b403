package dev.linkspan.it;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;

/** A broker in a container of the vendor's own image. */
public abstract class ContainerBroker implements Broker {

    private final GenericContainer<?> container;
    private final int port;
    private final Pattern ready;
    private final Pattern version;
    private final Path log;
    private int starts;

    /**
     * Starts it.
     *
     * @param port inside the container
     * @param ready found in the log after each start, once the broker takes requests
     * @param version found in the log; its first group is the version
     */
    protected ContainerBroker(String name, GenericContainer<?> container, int port, Pattern ready, Pattern version) {
        this.container = container;
        this.port = port;
        this.ready = ready;
        this.version = version;
        this.log = BrokerReport.nextLog(name);
        container.addExposedPort(port);
        container.setWaitStrategy(nextStart());
        Containers.start(container, port, log);
    }

    @Override
    public final String address() {
        return container.getHost() + ":" + container.getMappedPort(port);
    }

    @Override
    public final String version() {
        Matcher matcher = version.matcher(container.getLogs());
        if (!matcher.find()) {
            throw new IllegalStateException("the broker's log, " + log + ", does not say its version");
        }
        return matcher.group(1);
    }

    @Override
    public final String where() {
        return "in a container of " + container.getDockerImageName();
    }

    @Override
    public final void kill() {
        Containers.kill(container);
    }

    @Override
    public final void restart() {
        Containers.restart(container, nextStart(), log);
    }

    @Override
    public final void close() {
        container.close();
    }

    /** The log holds the lines of former starts too. */
    private WaitStrategy nextStart() {
        starts++;
        return Wait.forLogMessage(".*" + ready + ".*", starts);
    }
}
