package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Spans as trees, in the order in which a story is told: a trace comes after the traces it links to, and otherwise by
 * time; so do spans. The same spans give the same order and labels, however they are handed in.
 */
final class Traces {

    private static final Comparator<SpanNode> BY_TIME = Comparator.<SpanNode>comparingLong(
                    node -> node.data.getStartEpochNanos())
            .thenComparingLong(node -> node.data.getEndEpochNanos())
            .thenComparing(node -> node.data.getName())
            .thenComparing(node -> node.data.getSpanId());

    private final Map<String, SpanNode> byId = new HashMap<>();
    /** Each trace's spans, trees in preorder. */
    private final List<Trace> traces = new ArrayList<>();

    Traces(Collection<SpanData> spans) {
        for (SpanData span : spans) {
            byId.putIfAbsent(id(span.getSpanContext()), new SpanNode(span));
        }
        Map<String, List<SpanNode>> byTrace = new HashMap<>();
        for (SpanNode node : byId.values()) {
            SpanNode parent = find(node.data.getParentSpanContext());
            node.parent = parent;
            if (parent != null) {
                parent.children.add(node);
            }
            byTrace.computeIfAbsent(node.data.getTraceId(), id -> new ArrayList<>())
                    .add(node);
        }
        List<Trace> unordered = new ArrayList<>();
        byTrace.forEach((traceId, nodes) -> unordered.add(new Trace(traceId, nodes)));
        orderAndLabel(unordered);
    }

    List<Trace> traces() {
        return traces;
    }

    List<SpanNode> spans() {
        List<SpanNode> all = new ArrayList<>(byId.size());
        traces.forEach(trace -> all.addAll(trace.spans));
        return all;
    }

    @Nullable
    SpanNode find(SpanContext context) {
        return context.isValid() ? byId.get(id(context)) : null;
    }

    /** Parent first, then its parent, as far as they are among these spans. */
    static Set<SpanNode> ancestors(SpanNode node) {
        Set<SpanNode> ancestors = new LinkedHashSet<>();
        for (SpanNode next = node.parent; next != null && ancestors.add(next); ) {
            next = next.parent;
        }
        return ancestors;
    }

    /** The span, or the best that can be said of one that is missing. */
    String name(SpanContext context) {
        SpanNode node = find(context);
        return node != null
                ? node.toString()
                : "span " + Text.shortId(context.getSpanId()) + " of trace " + Text.shortId(context.getTraceId());
    }

    static String id(SpanContext context) {
        return context.getTraceId() + context.getSpanId();
    }

    static boolean sameSpan(SpanContext a, SpanContext b) {
        return a.getSpanId().equals(b.getSpanId()) && a.getTraceId().equals(b.getTraceId());
    }

    private void orderAndLabel(List<Trace> unordered) {
        Map<String, Trace> waiting = new LinkedHashMap<>();
        Comparator<Trace> order = Comparator.comparing(Trace::first, BY_TIME).thenComparing(trace -> trace.id);
        NavigableSet<Trace> byTime = new TreeSet<>(order);
        byTime.addAll(unordered);
        byTime.forEach(trace -> waiting.put(trace.id, trace));
        while (!byTime.isEmpty()) {
            // depth first along the links, so that traces stand next to those they link to
            place(byTime.first(), waiting, byTime, order);
        }
        for (int i = 0; i < traces.size(); i++) {
            String letters = letters(i);
            int number = 0;
            for (SpanNode node : traces.get(i).spans) {
                node.label = letters + ++number;
            }
        }
    }

    private void place(Trace start, Map<String, Trace> waiting, NavigableSet<Trace> byTime, Comparator<Trace> order) {
        Deque<Trace> stack = new ArrayDeque<>();
        Set<Trace> entered = new HashSet<>();
        stack.push(start);
        while (!stack.isEmpty()) {
            Trace trace = stack.peek();
            boolean expanded = !entered.add(trace);
            if (!expanded) {
                List<Trace> targets = new ArrayList<>();
                for (String target : trace.targets()) {
                    Trace linked = waiting.get(target);
                    if (linked != null && !entered.contains(linked)) {
                        targets.add(linked);
                    }
                }
                targets.sort(order);
                for (int i = targets.size() - 1; i >= 0; i--) {
                    stack.push(targets.get(i));
                }
            } else {
                stack.pop();
                if (waiting.remove(trace.id) != null) {
                    byTime.remove(trace);
                    traces.add(trace);
                }
            }
        }
    }

    private static String letters(int index) {
        String letters = "";
        for (int i = index; i >= 0; i = i / 26 - 1) {
            letters = (char) ('a' + i % 26) + letters;
        }
        return letters;
    }

    /** The spans of one trace, in preorder; each root starts a tree. */
    static final class Trace {
        final String id;
        final List<SpanNode> roots = new ArrayList<>();
        final List<SpanNode> spans = new ArrayList<>();

        Trace(String id, List<SpanNode> nodes) {
            this.id = id;
            nodes.sort(BY_TIME);
            Set<SpanNode> seen = new HashSet<>();
            for (SpanNode node : nodes) {
                node.children.sort(BY_TIME);
                if (node.parent == null) {
                    addTree(node, seen);
                }
            }
            // spans that are each other's ancestors have no root, and still must be shown
            for (SpanNode node : nodes) {
                if (!seen.contains(node)) {
                    requireNonNull(node.parent).children.remove(node);
                    node.parent = null;
                    addTree(node, seen);
                }
            }
        }

        private void addTree(SpanNode root, Set<SpanNode> seen) {
            roots.add(root);
            Deque<SpanNode> stack = new ArrayDeque<>();
            stack.push(root);
            while (!stack.isEmpty()) {
                SpanNode node = stack.pop();
                if (seen.add(node)) {
                    spans.add(node);
                    for (int i = node.children.size() - 1; i >= 0; i--) {
                        stack.push(node.children.get(i));
                    }
                }
            }
        }

        SpanNode first() {
            return roots.get(0);
        }

        Set<String> targets() {
            Set<String> targets = new LinkedHashSet<>();
            for (SpanNode node : spans) {
                for (LinkData link : node.data.getLinks()) {
                    targets.add(link.getSpanContext().getTraceId());
                }
            }
            return targets;
        }
    }
}
