package dev.linkspan.it;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** What a process does with its messages that {@link Workers} start: it writes down each that it has handled. */
public final class Work {

    /** The value of a message that each process fails to handle the first time. */
    public static final String FAILS_AT_FIRST = "fails at first";

    /** Where the main method's own arguments begin. */
    public static final int OWN = 2;

    static final String IN_THE_MIDDLE = "in the middle of a batch";
    static final String DONE = "done";

    private final Path journal;
    private final int stopAfter;
    private final Set<String> tried = new HashSet<>();
    private final Set<String> handled = new HashSet<>();
    private int calls;

    /** @param arguments of the main method; its own begin behind {@link #OWN} */
    public Work(String[] arguments) throws IOException {
        this.journal = Path.of(arguments[0]);
        this.stopAfter = Integer.parseInt(arguments[1]);
        if (Files.exists(journal)) {
            handled.addAll(Files.readAllLines(journal));
        }
    }

    /**
     * Handles a message, or stops for ever.
     *
     * @param name the same whenever the message is delivered
     */
    public synchronized void handle(String name, String value) throws IOException, InterruptedException {
        if (calls == stopAfter) {
            System.out.println(IN_THE_MIDDLE);
            new CountDownLatch(1).await();
        }
        if (value.equals(FAILS_AT_FIRST) && tried.add(name)) {
            throw new IllegalStateException(value);
        }
        Files.writeString(journal, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        handled.add(name);
        calls++;
        notifyAll();
    }

    /** How many messages this process and those before it have handled. */
    public synchronized int handled() {
        return handled.size();
    }

    /** Waits until this process and those before it have handled so many messages. */
    public synchronized void awaitHandled(int count) throws InterruptedException {
        while (handled.size() < count) {
            wait();
        }
    }

    /** Says that there is nothing left to do. */
    public void done() {
        System.out.println(DONE);
    }

    /** Of an application: it records, and exports nothing. */
    public static OpenTelemetry telemetry() {
        return OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
    }
}
