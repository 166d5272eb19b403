package dev.linkspan.faults;

import io.opentelemetry.context.Context;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one run of the application saw; may be told from any thread. */
public final class Observation {

    private static final int LOOK_FOR_LOCKS_EACH = 1_000;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    /** A step of the application that may throw. */
    public interface Step {
        void run() throws Throwable;
    }

    final Counts<Integer> handled = new Counts<>();
    final Counts<Integer> acknowledged = new Counts<>();
    final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
    final Map<String, Throwable> raised = new ConcurrentHashMap<>();
    final Map<String, Throwable> arrived = new ConcurrentHashMap<>();
    final ConcurrentLinkedQueue<String> interrupted = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> disturbed = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> locked = new ConcurrentLinkedQueue<>();
    final Map<Integer, List<Header>> wire = new ConcurrentHashMap<>();
    final Nanos sends = new Nanos();
    final Nanos processes = new Nanos();
    private @Nullable Thread application = Thread.currentThread();
    private final AtomicLong handlers = new AtomicLong();
    private final long scopesBefore = Scopes.open();
    final Telemetry telemetry;
    private final boolean numbersOnly;

    @Nullable
    Throwable networkDeath;

    Map<String, Integer> ownLogLines = Map.of();
    long logCharacters;
    long scopesLeft;
    long telemetryErrors;

    public Observation(Telemetry telemetry) {
        this(telemetry, false);
    }

    /** @param numbersOnly whether what grows with the messages is left out */
    Observation(Telemetry telemetry, boolean numbersOnly) {
        this.telemetry = telemetry;
        this.numbersOnly = numbersOnly;
        if (numbersOnly) {
            telemetry.spans.keepNone();
        }
    }

    /** The client saw a call. */
    public void called(String call) {
        if (!numbersOnly) {
            calls.add(call);
        }
    }

    /** All calls so far. */
    public List<String> calls() {
        return List.copyOf(calls);
    }

    /** Handlers run on threads of the client. */
    public void handlersAreCalledBack() {
        application = null;
    }

    /** The client told the sender that it has the message. */
    public void acknowledged(int id) {
        acknowledged.add(id);
    }

    /** The message as the broker has it. */
    public void onWire(int id, List<Header> headers) {
        if (!numbersOnly) {
            wire.put(id, headers);
        }
    }

    /** Runs the application's handler of a message. */
    public void handle(int id, Step handler) throws Throwable {
        handled.add(id);
        if (application != null && Thread.currentThread() != application) {
            disturbed.add("handler of " + id + " on another thread");
        }
        if (handlers.getAndIncrement() % LOOK_FOR_LOCKS_EACH == 0) {
            lookForLocks("handler of " + id);
        }
        raise("process " + id, handler);
    }

    /** Runs what belongs to the application or the client, and remembers what it throws. */
    public void raise(String place, Step step) throws Throwable {
        try {
            step.run();
        } catch (Throwable t) {
            raised.put(place, t);
            throw t;
        }
    }

    /** Makes one call, through whatever wraps the client. Returns whether it threw nothing. */
    public boolean call(String place, Step step) {
        return call(place, 1, step);
    }

    /** Makes one call that is about so many messages, among which its time is shared. */
    public boolean call(String place, int messages, Step step) {
        Context before = Context.current();
        long start = System.nanoTime();
        try {
            step.run();
            return true;
        } catch (Throwable t) {
            arrived(place, t);
            return false;
        } finally {
            long nanos = (System.nanoTime() - start) / messages;
            if (numbersOnly) {
                // they would be too many
            } else if (place.startsWith("send")) {
                sends.add(nanos);
            } else if (place.startsWith("process")) {
                processes.add(nanos);
            }
            if (Thread.interrupted()) {
                interrupted.add(place);
            }
            if (Context.current() != before) {
                disturbed.add("context after " + place);
            }
        }
    }

    /** The application was told of a failure. */
    public void arrived(String place, Throwable failure) {
        arrived.put(place, failure);
    }

    /** The application was told of a failure, and not of which call. */
    public void arrived(Throwable failure) {
        String place = raised.entrySet().stream()
                .filter(entry -> entry.getValue() == failure)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> "elsewhere " + arrived.size());
        arrived(place, failure);
    }

    /** Notes which locks a frame of tracing code holds on this thread. */
    public void lookForLocks(String place) {
        long id = Thread.currentThread().getId();
        ThreadInfo info = ManagementFactory.getThreadMXBean().getThreadInfo(new long[] {id}, true, false)[0];
        for (MonitorInfo monitor : info.getLockedMonitors()) {
            StackTraceElement frame = monitor.getLockedStackFrame();
            if (frame != null
                    && frame.getClassName().startsWith("dev.linkspan.")
                    && !frame.getClassName().startsWith("dev.linkspan.faults.")) {
                locked.add(place + " under " + monitor + " of " + frame);
            }
        }
    }

    /** What happens on a client's thread may end a little after what the application waited for. What is left then, is left. */
    void awaitEnds() throws InterruptedException {
        long start = System.nanoTime();
        while ((telemetry.spans.open() != 0 || Scopes.open() != scopesBefore) && System.nanoTime() - start < PATIENCE) {
            Thread.sleep(1);
        }
    }

    void finish(Logs logs) {
        scopesLeft = Scopes.open() - scopesBefore;
        ownLogLines = logs.own();
        logCharacters = logs.characters();
        telemetryErrors = telemetry.counted("linkspan.telemetry.errors");
    }

    /** What Linkspan counted. */
    public long telemetryErrors() {
        return telemetryErrors;
    }

    public Telemetry telemetry() {
        return telemetry;
    }

    public Spans spans() {
        return telemetry.spans;
    }

    /** The headers that each message had at the broker. */
    public Map<Integer, List<Header>> wire() {
        return wire;
    }

    public long handledCount() {
        return handled.total();
    }

    public Map<String, Integer> ownLogLines() {
        return ownLogLines;
    }

    public long logCharacters() {
        return logCharacters;
    }

    public Nanos sends() {
        return sends;
    }

    public Nanos processes() {
        return processes;
    }

    public @Nullable Throwable networkDeath() {
        return networkDeath;
    }

    /** How long calls took. */
    public static final class Nanos {
        private long[] values = new long[1024];
        private int size;

        synchronized void add(long nanos) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = nanos;
        }

        /** In microseconds: what this share of the calls did not exceed. */
        public synchronized double micros(double share) {
            long[] sorted = Arrays.copyOf(values, size);
            Arrays.sort(sorted);
            return size == 0 ? 0 : sorted[(int) Math.min(size - 1, Math.ceil(size * share) - 1)] / 1e3;
        }
    }

    /** How often each thing was seen. */
    static final class Counts<T> {
        final Map<T, Integer> counts = new ConcurrentHashMap<>();

        void add(T thing) {
            counts.merge(thing, 1, Integer::sum);
        }

        long total() {
            return counts.values().stream().mapToLong(Integer::longValue).sum();
        }

        /** How many more the others are. */
        long missing(Counts<T> others) {
            return Stream.of(others)
                    .flatMap(o -> o.counts.entrySet().stream())
                    .mapToLong(entry -> Math.max(0, entry.getValue() - counts.getOrDefault(entry.getKey(), 0)))
                    .sum();
        }
    }
}
