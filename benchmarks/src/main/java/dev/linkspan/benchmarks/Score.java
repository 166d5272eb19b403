package dev.linkspan.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What one message costs. */
record Score(double nanos, double bytes) {

    static double median(List<Score> scores, ToDoubleFunction<Score> figure) {
        return median(scores.stream().mapToDouble(figure).toArray());
    }

    static double median(double... figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
