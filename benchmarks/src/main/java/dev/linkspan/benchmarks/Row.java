package dev.linkspan.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the table: Linkspan beside another, and what it should be.
 *
 * @param most the goals; empty if the line only informs
 */
record Row(String title, Subject linkspan, Subject other, List<Most> most) {

    /** What a goal bounds. */
    enum Figure {
        TIME("time"),
        BYTES("bytes"),
        /** Linkspan's own, not a ratio. */
        NANOS("ns"),
        OWN_BYTES("B"),
        /** Linkspan's above the other's. */
        NANOS_OVER("ns over");

        final String label;

        Figure(String label) {
            this.label = label;
        }
    }

    /** A goal. */
    record Most(Figure figure, double limit) {
        @Override
        public String toString() {
            return switch (figure) {
                case TIME, BYTES -> figure.label + " <= " + limit;
                default -> String.format(Locale.ROOT, "<= %.0f %s", limit, figure.label);
            };
        }
    }

    static Row of(String title, Subject linkspan, Subject other, Most... most) {
        return new Row(title, linkspan, other, List.of(most));
    }

    static Most time(double ratio) {
        return new Most(Figure.TIME, ratio);
    }

    static Most bytes(double ratio) {
        return new Most(Figure.BYTES, ratio);
    }

    /** The cells, and as the last one whether the goals are met, if there are any. */
    List<String> cells(Map<Subject, List<Score>> scores) {
        Score ours = Score.least(scores.get(linkspan));
        Score theirs = Score.least(scores.get(other));
        List<String> cells = new ArrayList<>(List.of(
                title,
                other.library().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                cost(ours),
                cost(theirs),
                ratio(value(Figure.TIME, ours, theirs)),
                ratio(value(Figure.BYTES, ours, theirs))));
        cells.add(String.join(", ", most.stream().map(Most::toString).toList()));
        cells.add(most.isEmpty() ? "" : isMet(ours, theirs) ? "met" : "missed");
        return cells;
    }

    private boolean isMet(Score ours, Score theirs) {
        return most.stream().allMatch(each -> value(each.figure(), ours, theirs) <= each.limit());
    }

    private static double value(Figure figure, Score ours, Score theirs) {
        return switch (figure) {
            case TIME -> ours.nanos() / theirs.nanos();
            case BYTES -> ours.bytes() / theirs.bytes();
            case NANOS -> ours.nanos();
            case OWN_BYTES -> ours.bytes();
            case NANOS_OVER -> ours.nanos() - theirs.nanos();
        };
    }

    private static String cost(Score score) {
        return String.format(Locale.ROOT, "%,.0f ns %,.0f B", score.nanos(), score.bytes());
    }

    private static String ratio(double value) {
        return value > 99 || Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
