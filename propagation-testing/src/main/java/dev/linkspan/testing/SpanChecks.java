package dev.linkspan.testing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;

/** What must hold for spans of any kind. */
final class SpanChecks {

    private SpanChecks() {}

    /** Every parent and every link target is among the spans, unless the parent came from outside. */
    static List<Finding> noOrphans(Traces traces) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode node : traces.spans()) {
            SpanContext parent = node.data.getParentSpanContext();
            if (parent.isValid() && !parent.isRemote() && traces.find(parent) == null) {
                findings.add(Finding.at(
                        node,
                        "A span's parent is missing",
                        "its parent, " + traces.name(parent) + ", is not among these spans",
                        "end and export the parent; it may have been started and never ended, or cleared away."));
            }
            for (LinkData link : node.data.getLinks()) {
                SpanContext target = link.getSpanContext();
                if (traces.find(target) == null) {
                    findings.add(Finding.at(
                            node,
                            "A link points nowhere",
                            "it is linked to " + traces.name(target) + ", which is not among these spans",
                            "end and export the span it points to; if that lives in another process, this assertion does"
                                    + " not apply."));
                }
            }
        }
        return findings;
    }

    static List<Finding> boundedLinks(List<SpanNode> spans, int maxLinks) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode node : spans) {
            int links = node.data.getLinks().size();
            int dropped = node.data.getTotalRecordedLinks() - links;
            if (links > maxLinks) {
                findings.add(Finding.at(
                        node,
                        "A span has more than " + Text.count(maxLinks, "link"),
                        "it has " + Text.number(links),
                        "process the batch through Linkspan, or lower maxLinks."));
            }
            if (dropped > 0) {
                findings.add(Finding.at(
                                node,
                                "The SDK dropped links",
                                "it dropped " + Text.number(dropped) + " of "
                                        + Text.number(node.data.getTotalRecordedLinks()) + ", always the last ones",
                                "keep maxLinks at or below the SDK's limit (OTEL_SPAN_LINK_COUNT_LIMIT, 128 unless set), so"
                                        + " that links are chosen over the whole batch and the rest is counted.")
                        .note("links dropped by the SDK, and declared nowhere"));
            }
        }
        return findings;
    }

    static List<Finding> allEnded(Traces traces) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode node : traces.spans()) {
            if (!node.data.hasEnded()) {
                findings.add(Finding.at(
                        node,
                        "A span has not ended",
                        "",
                        "end it in a finally block, or when its callback or future completes."));
            }
        }
        return findings;
    }

    static List<Finding> noErrors(Traces traces) {
        List<Finding> findings = new ArrayList<>();
        for (SpanNode node : traces.spans()) {
            if (node.data.getStatus().getStatusCode() == StatusCode.ERROR) {
                String type = node.get(Keys.ERROR_TYPE);
                findings.add(Finding.at(
                        node,
                        "A span has status ERROR",
                        Text.line(
                                (type == null ? "" : type + ": ")
                                        + node.data.getStatus().getDescription(),
                                200),
                        "see what the operation or its handler threw."));
            }
        }
        return findings;
    }

    static List<Finding> onlyNamed(Traces traces, List<String> names) {
        List<String> wanted = new ArrayList<>(names);
        List<Finding> findings = new ArrayList<>();
        for (SpanNode node : traces.spans()) {
            if (!wanted.remove(node.data.getName())) {
                findings.add(Finding.at(node, "A span was not expected", "", "name it, or find out who made it."));
            }
        }
        for (String name : wanted) {
            findings.add(Finding.missing(
                    "A span is missing", "\"" + name + "\"", "see that it was made, has ended and was exported."));
        }
        return findings;
    }
}
