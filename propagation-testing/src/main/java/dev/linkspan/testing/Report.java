package dev.linkspan.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Findings as text: what was expected, what is wrong, what to do, and the traces with it drawn in. */
final class Report {

    private static final int MAX_FINDINGS_OF_A_KIND = 5;
    private static final int MAX_KINDS = 20;
    private static final int MAX_LINES_OF_TRACES = 80;

    private Report() {}

    /** @param expectation ends the sentence "expected that" */
    static String of(String expectation, List<Finding> findings, Traces traces) {
        StringBuilder report = problems(expectation, findings);
        report.append("\nThe traces:\n\n");
        report.append(new TraceTree(traces, notes(findings)).maxLines(MAX_LINES_OF_TRACES));
        return report.append('\n').toString();
    }

    static StringBuilder problems(String expectation, List<Finding> findings) {
        Map<String, List<Finding>> kinds = new LinkedHashMap<>();
        for (Finding finding : findings) {
            kinds.computeIfAbsent(finding.problem(), problem -> new ArrayList<>())
                    .add(finding);
        }
        StringBuilder report =
                new StringBuilder("Expected that ").append(expectation).append(", but:\n");
        int number = 0;
        for (List<Finding> kind : kinds.values()) {
            if (number == MAX_KINDS) {
                report.append("\nand ")
                        .append(Text.count(kinds.size() - number, "more kind"))
                        .append(" of problem\n");
                break;
            }
            report.append('\n')
                    .append(++number)
                    .append(". ")
                    .append(kind.get(0).problem())
                    .append('\n');
            appendDetails(kind, report);
            report.append(Text.wrap("   To do: " + kind.get(0).advice(), "   ")).append('\n');
        }
        return report;
    }

    private static void appendDetails(List<Finding> kind, StringBuilder report) {
        int shown = 0;
        for (Finding finding : kind) {
            if (finding.span() == null && finding.detail().isEmpty()) {
                continue;
            }
            if (shown++ == MAX_FINDINGS_OF_A_KIND) {
                report.append("   - and ")
                        .append(Text.number(kind.size() - MAX_FINDINGS_OF_A_KIND))
                        .append(" more\n");
                return;
            }
            String at = finding.span() == null
                    ? ""
                    : finding.span() + (finding.detail().isEmpty() ? "" : ": ");
            report.append(Text.wrap("   - " + at + finding.detail(), "     ")).append('\n');
        }
    }

    private static Map<SpanNode, List<String>> notes(List<Finding> findings) {
        Map<SpanNode, List<String>> notes = new HashMap<>();
        for (Finding finding : findings) {
            if (finding.span() != null) {
                List<String> notesOfSpan = notes.computeIfAbsent(finding.span(), span -> new ArrayList<>());
                String note = finding.note() != null ? finding.note() : finding.detail();
                if (!notesOfSpan.contains(note)) {
                    notesOfSpan.add(note);
                }
            }
            if (finding.related() != null) {
                notes.computeIfAbsent(finding.related(), span -> new ArrayList<>());
            }
        }
        return notes;
    }
}
