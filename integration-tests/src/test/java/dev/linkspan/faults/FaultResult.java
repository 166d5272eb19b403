package dev.linkspan.faults;

import java.util.Locale;

/** What the runs of a fault saw, for figures of its own. */
public record FaultResult(Observation bare, Observation linkspan, FaultReport report) {

    /** Adds to the line of the report. */
    public void figure(String text, Object... values) {
        report.figure(String.format(Locale.ROOT, text, values)).write();
    }
}
