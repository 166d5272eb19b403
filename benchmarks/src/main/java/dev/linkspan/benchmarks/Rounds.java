package dev.linkspan.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs each subject once a round, in a JVM of its own, so that those that are compared have the same neighbours on the
 * machine. Time is processor time ({@link CpuProfiler}), and of the iterations in a JVM the fastest counts: what else runs
 * on the machine only ever adds.
 *
 * @param warmups iterations of which nothing is kept, where a subject does not take longer
 */
record Rounds(int rounds, int warmups, int iterations, TimeValue iteration) {

    private static final String BYTES = "gc.alloc.rate.norm";

    /** By subject, a score from each round. */
    Map<Subject, List<Score>> run(Collection<Subject> subjects) throws RunnerException {
        Map<Subject, List<Score>> scores = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            System.err.print("Round " + round + " of " + rounds + " ");
            for (Subject subject : new LinkedHashSet<>(subjects)) {
                scores.computeIfAbsent(subject, s -> new ArrayList<>()).add(run(subject));
                System.err.print(".");
            }
            System.err.println();
        }
        return scores;
    }

    private Score run(Subject subject) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + subject.benchmark().getName() + "\\.")
                .forks(1)
                .jvmArgsAppend("-Xmx512m")
                .warmupIterations(warmups * subject.warmUp())
                .warmupTime(iteration)
                .measurementIterations(iterations)
                .measurementTime(iteration)
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        subject.parameters().forEach(options::param);
        RunResult result = new Runner(options.build()).runSingle();
        double nanos = Double.MAX_VALUE;
        double bytes = Double.MAX_VALUE;
        for (IterationResult each :
                result.getBenchmarkResults().iterator().next().getIterationResults()) {
            nanos = Math.min(
                    nanos, each.getSecondaryResults().get(CpuProfiler.NANOS).getScore());
            bytes = Math.min(bytes, each.getSecondaryResults().get(BYTES).getScore());
        }
        return new Score(nanos / subject.messages(), bytes / subject.messages());
    }
}
