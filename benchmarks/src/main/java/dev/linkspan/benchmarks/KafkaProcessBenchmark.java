package dev.linkspan.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

/** A span for each of a hundred records; the figures are of one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KafkaProcessBenchmark {

    private static final int RECORDS = 100;

    @Param
    Library library;

    @Param
    Tracing tracing;

    private Library.Process processor;
    private List<ConsumerRecord<String, String>> records;

    /** Before each trial. */
    @Setup
    public void wrap() {
        processor = library.process(tracing);
        records = Records.ofProducers(RECORDS, library.readsB3());
    }

    /** What the handler does is the same for all. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void process(Blackhole blackhole) {
        processor.process(records, blackhole::consume);
    }
}
