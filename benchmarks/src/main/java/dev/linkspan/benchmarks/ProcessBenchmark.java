package dev.linkspan.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A span for each of a hundred messages; the figures are of one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProcessBenchmark {

    static final int MESSAGES = 100;

    @Param
    Broker broker;

    @Param
    Library library;

    @Param
    Tracing tracing;

    @Param
    Content content;

    private Traced<Object> traced;
    private List<Object> messages;

    /** Before each trial. */
    @Setup
    public void wrap() {
        traced = broker.with(library, tracing.backend());
        messages = traced.messages(MESSAGES, content);
    }

    /** What the handler does is the same for all. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void process(Blackhole blackhole) throws Exception {
        traced.process(messages, blackhole::consume);
    }
}
