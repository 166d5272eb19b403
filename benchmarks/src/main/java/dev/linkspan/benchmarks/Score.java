package dev.linkspan.benchmarks;

import java.util.Arrays;
import java.util.List;

/** What one message costs. */
record Score(double nanos, double bytes) {

    /** The least of each: what else a machine does, and how lucky its compiler is, only ever adds. */
    static Score least(List<Score> scores) {
        return new Score(
                scores.stream().mapToDouble(Score::nanos).min().orElseThrow(),
                scores.stream().mapToDouble(Score::bytes).min().orElseThrow());
    }

    static double median(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
