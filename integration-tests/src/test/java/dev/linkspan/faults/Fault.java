package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;
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

    /** What an application of another shape does, in each run. */
    public interface Script {
        void run(Run run) throws Throwable;
    }

    /** One run of a script. Tell the observation what is handled, called and thrown. */
    public record Run(Wrapping wrapping, KafkaTracing kafka, Telemetry telemetry, Observation seen) {}

    final String id;
    String name;
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
    boolean slowSends;
    boolean pulled;
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

    /** Messages of a client are handled in batches, too. */
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

    /** How long a send takes is the network's affair, also where the fault is quick. */
    public Fault slowSends() {
        slowSends = true;
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

    /** Messages are pulled, where the client could also push them to a handler. */
    public Fault pulled() {
        pulled = true;
        name += ", pulled";
        return this;
    }

    public boolean isPulled() {
        return pulled;
    }

    public boolean isInBatches() {
        return batches;
    }

    public boolean isSentElsewhere() {
        return sentElsewhere;
    }

    public boolean isWrappedTwice() {
        return nested;
    }

    public boolean isIntercepted() {
        return intercepted;
    }

    public int pollSize() {
        return pollSize;
    }

    /** The client has another hook of its kind inside: Kafka's our interceptors, RabbitMQ's the collector of others. */
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

    /** The headers that a message arrives with. */
    public List<Header> arriving(int id, List<Header> sent) {
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
        return on(where, wrapping -> run(wrapping, opener));
    }

    /** As {@link #on(String, Opener)}, for what is no {@link Application}. */
    public FaultResult run(String where, Script script) {
        return on(where, wrapping -> run(wrapping, script));
    }

    private FaultResult on(String where, Function<Wrapping, Observation> runs) {
        Observation bare = runs.apply(Wrapping.NONE);
        Observation seen = runs.apply(Wrapping.LINKSPAN);
        Comparison comparison = new Comparison(this, bare, seen);
        Comparison naively = control == null ? null : naively(bare, runs);
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

    private Comparison naively(Observation bare, Function<Wrapping, Observation> runs) {
        int all = messages;
        try {
            messages = controlMessages > 0 ? controlMessages : all;
            Observation compared = messages == all ? bare : runs.apply(Wrapping.NONE);
            return new Comparison(this, compared, runs.apply(Wrapping.NAIVE));
        } finally {
            messages = all;
        }
    }

    private Observation run(Wrapping wrapping, Opener opener) {
        return onItsOwnThread(wrapping, (telemetry, seen) -> {
            try (Application<?, ?> application = opener.open(wrapping, this, seen, telemetry)) {
                application.run();
            }
        });
    }

    private Observation run(Wrapping wrapping, Script script) {
        return onItsOwnThread(
                wrapping,
                (telemetry, seen) ->
                        script.run(new Run(wrapping, new KafkaTracing(wrapping, telemetry), telemetry, seen)));
    }

    /** What naive tracing leaves current on a thread is nobody else's. */
    private Observation onItsOwnThread(Wrapping wrapping, Body body) {
        FutureTask<Observation> run = new FutureTask<>(() -> runHere(wrapping, body));
        new Thread(run, "application").start();
        try {
            return run.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(id + " could not be run with " + wrapping, e);
        }
    }

    private Observation runHere(Wrapping wrapping, Body body) throws Exception {
        Scopes.watch();
        running = wrapping;
        Telemetry telemetry = new Telemetry();
        breaking.accept(telemetry);
        Observation seen = new Observation(telemetry, rounds > 1);
        try (Logs logs = new Logs()) {
            body.run(telemetry, seen);
            if (wrapping == Wrapping.LINKSPAN) {
                seen.awaitEnds();
            }
            seen.finish(logs);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        } finally {
            telemetry.close();
        }
        return seen;
    }

    private interface Body {
        void run(Telemetry telemetry, Observation seen) throws Throwable;
    }
}
