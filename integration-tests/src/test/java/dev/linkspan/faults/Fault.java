package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One way to break, and the application that it happens to. {@link #on} runs that application bare, with Linkspan and with
 * naive tracing, and holds the second to all invariants; the third must break the one that {@link #control} names.
 */
public final class Fault {

    /** What the application does with a message. */
    public interface Handler {
        void handle(int id) throws Throwable;
    }

    /** Makes the application over some client. */
    public interface Opener {
        Application<?, ?> open(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) throws Exception;
    }

    final String id;
    final String name;
    int messages = 10_000;
    int pollSize = 500;
    int threads = 1;
    boolean oneMessage;
    boolean batches;
    boolean nested;
    boolean intercepted;
    boolean sentElsewhere;
    boolean sameWire;
    boolean quick;
    boolean quiet;
    int controlMessages;
    int rounds = 1;
    IntConsumer afterRound = round -> {};
    private Wrapping running = Wrapping.NONE;
    Consumer<Telemetry> breaking = telemetry -> {};
    Handler handler = message -> {};
    IntFunction<List<Header>> headers = message -> List.of(Header.of("tenant", "blue"));
    IntFunction<@Nullable List<Header>> arriving = message -> null;

    @Nullable
    Invariant control;

    private Fault(String id, String name) {
        this.id = id;
        this.name = name;
    }

    /**
     * @param id as in docs/RELIABILITY.md, such as {@code F04}
     * @param name which of the ways to make it, in a few words
     */
    public static Fault of(String id, String name) {
        return new Fault(id, name);
    }

    public Fault messages(int count) {
        messages = count;
        return this;
    }

    public Fault pollSize(int most) {
        pollSize = most;
        return this;
    }

    /** Each of so many threads sends that many messages, and all of them the very same object. */
    public Fault sameMessageFrom(int count) {
        threads = count;
        oneMessage = true;
        return this;
    }

    /** Kafka's records are handled in batches, too. */
    public Fault inBatches() {
        batches = true;
        return this;
    }

    /** The messages come from an application without tracing. */
    public Fault sentElsewhere() {
        sentElsewhere = true;
        return this;
    }

    /** What is sent must be what bare code sends, byte for byte. */
    public Fault sameWire() {
        sameWire = true;
        return this;
    }

    /** Whatever the logger, 10,000 characters are enough. */
    public Fault quietly() {
        quiet = true;
        return this;
    }

    /** Of a hundred calls at most one may take a millisecond longer than bare. */
    public Fault quick() {
        quick = true;
        return this;
    }

    /** All of it so many times, with the same messages again, of which only numbers are kept. */
    public Fault rounds(int count, IntConsumer after) {
        rounds = count;
        afterRound = after;
        return this;
    }

    /** Which of the runs this is. */
    public Wrapping running() {
        return running;
    }

    /** How many messages the control has, if it would take too long otherwise. */
    public Fault controlMessages(int count) {
        controlMessages = count;
        return this;
    }

    /** Kafka's clients have our interceptors inside. */
    public Fault intercepted() {
        intercepted = true;
        return this;
    }

    /** The client is wrapped twice. */
    public Fault wrappedTwice() {
        nested = true;
        return this;
    }

    public Fault telemetry(Consumer<Telemetry> change) {
        breaking = change;
        return this;
    }

    public Fault handler(Handler what) {
        handler = what;
        return this;
    }

    /** The headers that the application gives each message. */
    public Fault headers(IntFunction<List<Header>> of) {
        headers = of;
        return this;
    }

    /**
     * The headers that a message arrives with, whatever the application sent, as though somebody else had sent it; null
     * for those it was sent with.
     */
    public Fault arriving(IntFunction<@Nullable List<Header>> with) {
        arriving = with;
        return this;
    }

    List<Header> arriving(int id, List<Header> sent) {
        List<Header> others = arriving.apply(id);
        return others == null ? sent : others;
    }

    /** What naive tracing does not keep. */
    public Fault control(Invariant broken) {
        control = broken;
        return this;
    }

    public FaultResult on(Transport transport) {
        return on(transport.name().toLowerCase(java.util.Locale.ROOT), transport::open);
    }

    /** @param where for the report, such as {@code kafka broker} */
    public FaultResult on(String where, Opener opener) {
        Observation bare = run(Wrapping.NONE, opener);
        Observation seen = run(Wrapping.LINKSPAN, opener);
        Comparison comparison = new Comparison(this, bare, seen);
        Comparison naively = control == null ? null : naively(bare, opener);
        FaultReport report = FaultReport.of(this, where, bare, comparison, naively);
        report.write();
        assertThat(comparison.violations()).as("%s %s on %s", id, name, where).isEmpty();
        if (naively != null) {
            assertThat(naively.violations())
                    .as("what naive tracing breaks in %s %s on %s", id, name, where)
                    .containsKey(control);
        }
        return new FaultResult(bare, seen, report);
    }

    /** Without a report. */
    Comparison compare(Wrapping wrapping, Transport transport) {
        return new Comparison(this, run(Wrapping.NONE, transport::open), run(wrapping, transport::open));
    }

    private Comparison naively(Observation bare, Opener opener) {
        int all = messages;
        try {
            messages = controlMessages > 0 ? controlMessages : all;
            Observation compared = messages == all ? bare : run(Wrapping.NONE, opener);
            return new Comparison(this, compared, run(Wrapping.NAIVE, opener));
        } finally {
            messages = all;
        }
    }

    /** On a thread of its own: what naive tracing leaves current on one is nobody else's. */
    private Observation run(Wrapping wrapping, Opener opener) {
        FutureTask<Observation> run = new FutureTask<>(() -> runHere(wrapping, opener));
        new Thread(run, "application").start();
        try {
            return run.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(wrapping + " could not even run", e);
        }
    }

    private Observation runHere(Wrapping wrapping, Opener opener) throws Exception {
        Scopes.watch();
        running = wrapping;
        Telemetry telemetry = new Telemetry();
        breaking.accept(telemetry);
        Observation seen = new Observation(telemetry, rounds > 1);
        try (Logs logs = new Logs();
                Application<?, ?> application = opener.open(wrapping, this, seen, telemetry)) {
            application.run();
            seen.finish(logs);
        } finally {
            telemetry.close();
        }
        return seen;
    }
}
