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

/**
 * One pull; the figures are of all that it brings: ten messages, or one where the client pulls them one by one (RabbitMQ,
 * NATS).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReceiveBenchmark {

    static final int MESSAGES = 10;

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
        traced.arrive(traced.messages(MESSAGES, Content.PLAIN));
    }

    /** With what the client returns. */
    @Benchmark
    public Object receive() throws Exception {
        return traced.receive();
    }
}
