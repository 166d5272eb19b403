package dev.linkspan.benchmarks;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One record sent, and the broker's answer called back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KafkaSendBenchmark {

    @Param
    Library library;

    @Param
    Tracing tracing;

    private Library.Send sender;

    /** Before each trial. */
    @Setup
    public void wrap() {
        sender = library.send(tracing);
    }

    /** The record is the caller's, made anew each time. */
    @Benchmark
    public Future<RecordMetadata> send() {
        return sender.send(new ProducerRecord<>("orders", "customer", "chair"));
    }
}
