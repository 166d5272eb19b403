package dev.linkspan.faults;

import org.jspecify.annotations.Nullable;

/** What the three runs of a fault saw, for figures of its own. */
public record FaultResult(
        Observation bare, Observation linkspan, @Nullable Observation naive, FaultReport report) {

    /** Adds to the line of the report. */
    public void figure(String text, Object... values) {
        report.figure(String.format(java.util.Locale.ROOT, text, values)).write();
    }
}
