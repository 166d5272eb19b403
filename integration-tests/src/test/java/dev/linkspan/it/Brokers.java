package dev.linkspan.it;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The brokers of one product. Scenarios ask here and never learn how the broker was started, so that each runs in every
 * {@link BrokerMode}.
 *
 * <p>A broker that cannot start in the mode of the run fails the tests that ask for it; none is skipped, and no other
 * mode stands in.
 */
public final class Brokers<B extends Broker> {

    private final String name;
    private final Map<BrokerMode, Function<Map<String, String>, B>> starts;
    private @Nullable B shared;
    private @Nullable RuntimeException failure;

    /**
     * The name is the product's, in lower case: it stands in the run's summary. Each start gets settings of the broker's
     * configuration file.
     */
    public Brokers(String name, Map<BrokerMode, Function<Map<String, String>, B>> starts) {
        this.name = name;
        this.starts = starts;
    }

    /**
     * The broker that all test classes of this JVM share; it ends with the JVM. Tests keep apart by using destinations
     * of their own, and never kill it.
     */
    public B shared() {
        return shared(BrokerMode.ofThisRun());
    }

    synchronized B shared(BrokerMode mode) {
        if (failure != null) {
            // One start in vain is enough: the other tests fail at once.
            throw new IllegalStateException(name + " could not be started", failure);
        }
        if (shared == null) {
            try {
                shared = start(mode, Map.of());
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return shared;
    }

    /** A broker of the test's own, which it may kill and must close. */
    public B start() {
        return start(Map.of());
    }

    /** As {@link #start()}, with settings such as NATS's {@code max_payload}, by the names of its configuration file. */
    public B start(Map<String, String> settings) {
        return start(BrokerMode.ofThisRun(), settings);
    }

    B start(BrokerMode mode, Map<String, String> settings) {
        Function<Map<String, String>, B> start = starts.get(mode);
        if (start == null) {
            throw new IllegalStateException(
                    BrokerMode.PROPERTY + "=" + mode + ": " + name + " cannot be started that way, only " + modes());
        }
        B broker = start.apply(settings);
        BrokerReport.write(name, broker);
        return broker;
    }

    private String modes() {
        return starts.keySet().stream().map(BrokerMode::toString).sorted().collect(Collectors.joining(", "));
    }
}
