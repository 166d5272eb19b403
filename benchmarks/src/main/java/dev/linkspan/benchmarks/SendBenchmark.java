package dev.linkspan.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One message sent, and answered. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SendBenchmark {

    @Param
    Broker broker;

    @Param
    Library library;

    @Param
    Tracing tracing;

    private Traced<Object> traced;

    /** Before each trial. */
    @Setup
    public void wrap() {
        traced = broker.with(library, tracing.backend());
    }

    /** With what the client returns. */
    @Benchmark
    public Object send() throws Exception {
        return traced.send();
    }
}
