package dev.linkspan.benchmarks;

import dev.linkspan.batch.BatchProcessor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One span for many records that each have a producer of their own; the figures are of the whole batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {

    @Param({"10", "500", "10000"})
    int size;

    @Param
    Tracing tracing;

    private List<ConsumerRecord<String, String>> records;
    private BatchProcessor<ConsumerRecord<String, String>> linkspan;
    private HandWritten own;

    /** Before each trial. */
    @Setup
    public void wrap() {
        records = Records.ofProducers(size, false);
        linkspan = BatchProcessor.create(Library.tracer(tracing.openTelemetry()));
        own = new HandWritten(tracing.openTelemetry());
    }

    /** With a result to settle by. */
    @Benchmark
    public Object linkspan(Blackhole blackhole) {
        return linkspan.process(records, batch -> blackhole.consume(batch.messages()));
    }

    /** A link for each record, of which the SDK keeps the first 128. */
    @Benchmark
    public void handWritten(Blackhole blackhole) {
        own.batch(records, blackhole::consume);
    }
}
