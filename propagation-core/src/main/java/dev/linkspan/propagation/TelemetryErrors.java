package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.context.Context;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where every exception of telemetry ends: counted, logged at most once a minute a site, never thrown on. */
final class TelemetryErrors {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");
    private static final long MINUTE = 60_000_000_000L;

    private final ConcurrentHashMap<String, AtomicLong> lastLogged = new ConcurrentHashMap<>();
    private final LongCounter counter;

    TelemetryErrors(LongCounter counter) {
        this.counter = counter;
    }

    /**
     * @param site one of a fixed set of names, for they are kept and become an attribute
     * @throws VirtualMachineError the given one, unless it is a StackOverflowError: out of memory is not ours to hide
     */
    void add(String site, Throwable error) {
        if (error instanceof VirtualMachineError fatal && !(error instanceof StackOverflowError)) {
            throw fatal;
        }
        try {
            // not in the current context: to ask for it may be what fails
            counter.add(1, Attributes.of(Semconv.ERROR_SITE, site), Context.root());
        } catch (Throwable alsoBroken) {
            // the metrics are broken as well; the log below still tells
        }
        try {
            long now = System.nanoTime();
            AtomicLong last = lastLogged.computeIfAbsent(site, s -> new AtomicLong(now - MINUTE));
            long before = last.get();
            if (now - before >= MINUTE && last.compareAndSet(before, now)) {
                LOGGER.log(
                        Level.WARNING,
                        error,
                        () -> "Telemetry failed at " + site + "; the message goes on without it."
                                + " Further failures there are only counted for a minute.");
            }
        } catch (Throwable alsoBroken) {
            // a broken log handler must not stop a message either
        }
    }
}
