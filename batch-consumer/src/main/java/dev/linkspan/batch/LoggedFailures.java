package dev.linkspan.batch;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs at most one failure a minute: a batch that fails comes again at once, and would fill the log. Never throws. */
final class LoggedFailures implements Consumer<Throwable> {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");
    private static final long MINUTE = 60_000_000_000L;

    private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - MINUTE);

    private final String message;

    LoggedFailures(String message) {
        this.message = message;
    }

    @Override
    public void accept(Throwable error) {
        long now = System.nanoTime();
        long before = lastLogged.get();
        if (now - before < MINUTE || !lastLogged.compareAndSet(before, now)) {
            return;
        }
        try {
            LOGGER.log(Level.WARNING, error, () -> message + " Further such failures are not logged for a minute.");
        } catch (Throwable broken) {
            // a broken log handler must not stop the messages
        }
    }
}
