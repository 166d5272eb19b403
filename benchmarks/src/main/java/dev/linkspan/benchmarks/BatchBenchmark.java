package dev.linkspan.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One span for many messages that each have a producer of their own; the figures are of the whole batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {

    @Param
    Broker broker;

    @Param({"HAND_WRITTEN", "LINKSPAN"})
    Library library;

    @Param
    Tracing tracing;

    @Param({"10", "500", "10000"})
    int size;

    private Traced<Object> traced;
    private List<Object> messages;

    /** Before each trial. */
    @Setup
    public void wrap() {
        traced = broker.with(library, tracing.backend());
        messages = traced.messages(size, Content.PLAIN);
    }

    /** What the handler does is the same for all. */
    @Benchmark
    public void batch(Blackhole blackhole) throws Exception {
        traced.batch(messages, blackhole::consume);
    }
}
