package dev.linkspan.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/**
 * The processor time that an operation takes on its own thread. The stubs never wait, so that on a machine with nothing
 * else to do it is the same as time; on one with more it leaves out what others took.
 */
public final class CpuProfiler implements InternalProfiler {

    static final String NANOS = "cpu.time.norm";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Map<Long, Long> before = Map.of();

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = workers();
    }

    @Override
    public Collection<ScalarResult> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long nanos = 0;
        for (Map.Entry<Long, Long> worker : workers().entrySet()) {
            nanos += worker.getValue() - before.getOrDefault(worker.getKey(), 0L);
        }
        double operation = (double) nanos / result.getMetadata().getAllOps();
        return List.of(new ScalarResult(NANOS, operation, "ns/op", AggregationPolicy.AVG));
    }

    /** What the threads that run benchmarks have taken so far, by their ids. */
    private static Map<Long, Long> workers() {
        Map<Long, Long> nanos = new HashMap<>();
        for (long id : THREADS.getAllThreadIds()) {
            ThreadInfo thread = THREADS.getThreadInfo(id);
            if (thread != null && thread.getThreadName().contains("jmh-worker")) {
                nanos.put(id, THREADS.getThreadCpuTime(id));
            }
        }
        return nanos;
    }

    @Override
    public String getDescription() {
        return "processor time of the benchmark's own threads";
    }
}
