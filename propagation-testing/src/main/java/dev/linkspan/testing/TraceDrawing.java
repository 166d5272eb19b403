package dev.linkspan.testing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One drawing of a {@link TraceTree}. */
final class TraceDrawing {

    private static final int MAX_LINKS = 6;
    private static final int MAX_CHILDREN = 12;
    /** Where the drawing is about what is wrong. */
    private static final int MAX_CHILDREN_BESIDE_NOTES = 4;
    /** Deeper than this, indentation leaves no room for words. */
    private static final int MAX_DEPTH = 30;

    private final Traces traces;
    private final Map<SpanNode, List<String>> notes;
    private final Ink ink;
    private final int maxLines;
    private final int maxChildren;
    private final SpanLine line;
    private final Set<SpanNode> leadToNotes = new HashSet<>();
    private List<String> lines = new ArrayList<>();

    TraceDrawing(Traces traces, Map<SpanNode, List<String>> notes, Ink ink, int maxLines) {
        this.traces = traces;
        this.notes = notes;
        this.ink = ink;
        this.maxLines = maxLines;
        this.maxChildren = notes.isEmpty() ? MAX_CHILDREN : MAX_CHILDREN_BESIDE_NOTES;
        this.line = new SpanLine(ink);
        for (SpanNode noted : notes.keySet()) {
            leadToNotes.add(noted);
            leadToNotes.addAll(Traces.ancestors(noted));
        }
    }

    String draw() {
        if (traces.traces().isEmpty()) {
            return "no spans";
        }
        List<String> drawing = new ArrayList<>();
        Set<Traces.Trace> told = chosen();
        int skippedTraces = 0;
        long skippedSpans = 0;
        for (Traces.Trace trace : traces.traces()) {
            int room = maxLines - drawing.size() - (drawing.isEmpty() ? 0 : 1);
            if (!told.contains(trace) || room < 2) {
                skippedTraces++;
                skippedSpans += trace.spans.size();
                continue;
            }
            if (!drawing.isEmpty()) {
                drawing.add("");
            }
            lines = new ArrayList<>();
            draw(trace, room);
            drawing.addAll(lines);
        }
        if (skippedTraces > 0) {
            drawing.add("and " + Text.count(skippedTraces, "more trace") + " with " + Text.count(skippedSpans, "span")
                    + ", not drawn");
        }
        return String.join("\n", drawing);
    }

    /** If not all can be drawn, those that matter: with a note first, then those that they link to. */
    private Set<Traces.Trace> chosen() {
        long wanted = 0;
        for (Traces.Trace trace : traces.traces()) {
            wanted += 2L + trace.spans.size();
        }
        if (wanted <= maxLines || notes.isEmpty()) {
            return new HashSet<>(traces.traces());
        }
        Set<Traces.Trace> chosen = new HashSet<>();
        Set<String> linked = new HashSet<>();
        for (Traces.Trace trace : traces.traces()) {
            if (trace.spans.stream().anyMatch(notes::containsKey)) {
                chosen.add(trace);
                linked.addAll(trace.targets());
            }
        }
        for (Traces.Trace trace : traces.traces()) {
            if (linked.contains(trace.id)) {
                chosen.add(trace);
            }
        }
        return chosen;
    }

    private void draw(Traces.Trace trace, int room) {
        String letters = trace.first().label.replaceAll("\\d", "");
        lines.add(ink.faint("trace ") + ink.label(letters) + ink.faint("  " + trace.id));
        for (SpanNode root : trace.roots) {
            lines.add(line.of(root) + ink.faint(line.missingParent(root)));
            drawBelow(root, "", 1);
        }
        if (lines.size() > room) {
            int drawn = room - 1;
            int cut = lines.size() - drawn;
            lines = new ArrayList<>(lines.subList(0, drawn));
            lines.add("and " + Text.count(cut, "more line") + " of this trace, not drawn");
        }
    }

    private void drawBelow(SpanNode node, String indent, int depth) {
        List<String> wrongs = notes.getOrDefault(node, List.of());
        List<String> links = links(node);
        List<SpanNode> children = children(node, depth);
        int hidden = node.children.size() - children.size();
        int rest = wrongs.size() + links.size() + children.size() + (hidden > 0 ? 1 : 0);
        for (String wrong : wrongs) {
            lines.add(indent + ink.wrong(--rest == 0) + ink.alarm(wrong));
        }
        for (String link : links) {
            lines.add(indent + (link.startsWith("and ") ? ink.more(--rest == 0) : ink.link(--rest == 0)) + link);
        }
        for (SpanNode child : children) {
            boolean last = --rest == 0;
            lines.add(indent + ink.branch(last) + line.of(child));
            drawBelow(child, indent + ink.trunk(last), depth + 1);
        }
        if (hidden > 0) {
            lines.add(indent + ink.more(true) + "and " + Text.count(hidden, "more child span"));
        }
    }

    /** The first few, and those with a note below them. */
    private List<SpanNode> children(SpanNode node, int depth) {
        if (depth > MAX_DEPTH || lines.size() > maxLines) {
            return List.of();
        }
        if (node.children.size() <= maxChildren) {
            return node.children;
        }
        int matter = 0;
        for (SpanNode child : node.children) {
            matter += leadToNotes.contains(child) ? 1 : 0;
        }
        int others = Math.max(0, maxChildren - matter);
        List<SpanNode> shown = new ArrayList<>();
        for (SpanNode child : node.children) {
            if (shown.size() < MAX_CHILDREN && (leadToNotes.contains(child) || others-- > 0)) {
                shown.add(child);
            }
        }
        return shown;
    }

    private List<String> links(SpanNode node) {
        List<LinkData> all = node.data.getLinks();
        int shown = all.size() <= MAX_LINKS ? all.size() : MAX_LINKS - 1;
        List<String> drawn = new ArrayList<>();
        for (LinkData link : all.subList(0, shown)) {
            SpanContext target = link.getSpanContext();
            SpanNode found = traces.find(target);
            drawn.add("linked to "
                    + (found == null ? traces.name(target) : line.name(found))
                    + ink.faint(line.details(link))
                    + (found == null ? ink.faint(", not among these spans") : ""));
        }
        if (shown < all.size()) {
            drawn.add("and " + Text.count(all.size() - shown, "more link"));
        }
        int droppedBySdk = node.data.getTotalRecordedLinks() - all.size();
        if (droppedBySdk > 0) {
            drawn.add("and " + Text.count(droppedBySdk, "link") + " that the SDK dropped at its limit");
        }
        Long leftOut = node.get(Keys.LINKS_LEFT_OUT);
        if (leftOut != null && leftOut > 0) {
            drawn.add("and " + Text.count(leftOut, "message") + " whose links were left out");
        }
        return drawn;
    }
}
