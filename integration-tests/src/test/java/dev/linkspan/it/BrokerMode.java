package dev.linkspan.it;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** How the brokers of a run are started. */
public enum BrokerMode {
    /** In containers, pulled or built beforehand. */
    TESTCONTAINERS,
    /** As processes on this machine, from Maven artifacts or installed programs. */
    LOCAL;

    /** Names the mode; {@code auto}, or nothing, takes containers where a Docker engine answers, else local brokers. */
    static final String PROPERTY = "linkspan.brokers";

    private static final String AUTO = "auto";

    /** The mode of this run. */
    static BrokerMode ofThisRun() {
        return of(System.getProperty(PROPERTY, AUTO), Containers::engineAnswers);
    }

    static BrokerMode of(String name, BooleanSupplier engineAnswers) {
        if (name.isEmpty() || name.equals(AUTO)) {
            return engineAnswers.getAsBoolean() ? TESTCONTAINERS : LOCAL;
        }
        return Arrays.stream(values())
                .filter(mode -> mode.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        PROPERTY + "=" + name + ": expected auto, testcontainers or local"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
