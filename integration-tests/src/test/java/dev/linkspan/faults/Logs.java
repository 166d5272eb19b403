package dev.linkspan.faults;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged while this is open, in place of the console. */
public final class Logs extends Handler implements AutoCloseable {

    private final Logger root = Logger.getLogger("");
    private final List<Handler> former = List.of(root.getHandlers());
    private final Formatter formatter = new SimpleFormatter();
    private final Map<String, Integer> own = new ConcurrentHashMap<>();
    private final List<String> first = new CopyOnWriteArrayList<>();
    private final AtomicLong characters = new AtomicLong();

    public Logs() {
        former.forEach(root::removeHandler);
        root.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
        if (!isLoggable(entry)) {
            return;
        }
        characters.addAndGet(formatter.format(entry).length());
        if (first.size() < 100) {
            first.add(entry.getLoggerName() + ": " + entry.getMessage());
        }
        if (String.valueOf(entry.getLoggerName()).startsWith("dev.linkspan")) {
            own.merge(entry.getMessage(), 1, Integer::sum);
        }
    }

    /** Linkspan's own lines; each says at which place telemetry failed. */
    public Map<String, Integer> own() {
        return Map.copyOf(own);
    }

    /** Of whatever logger, with stack traces. */
    public long characters() {
        return characters.get();
    }

    /** The first hundred lines of whatever logger. */
    public List<String> lines() {
        return List.copyOf(first);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        root.removeHandler(this);
        former.forEach(root::addHandler);
    }
}
