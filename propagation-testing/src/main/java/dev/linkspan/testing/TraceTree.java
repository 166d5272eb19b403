package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Spans as text: a tree for each trace, with links drawn as arrows to the span they point to.
 *
 * <pre>{@code
 * trace a  4bf92f3577b34da6a3ce929d0e0e4736
 * [a1] POST /orders (server)
 * └─ [a2] send orders (producer, kafka, partition 0)
 *
 * trace b  7c1d0e0e4736a3ce929d4bf92f3577b3
 * [b1] process orders (consumer, kafka, group billing, partition 0, offset 42)
 * ├╌→ linked to [a2] send orders
 * └─ [b2] INSERT bills (client)  ERROR java.sql.SQLException: duplicate key
 * }</pre>
 *
 * <p>A span's label, such as {@code [a2]}, is its trace's letter and its place in that trace. A trace stands after the
 * traces it links to. The same spans give the same text, in whatever order they come.
 *
 * <p>The text is bounded: by lines ({@link #maxLines}), by links and children of one span, and in length of names and
 * values; what is left out is counted. Control characters in names and values become question marks. Where the console's
 * encoding has no lines and arrows, the drawing is in ASCII; the system property {@code linkspan.ascii} ({@code true} or
 * {@code false}) decides otherwise.
 *
 * <p>Immutable and thread-safe.
 */
public final class TraceTree {

    private static final int DEFAULT_MAX_LINES = 200;

    private final Traces traces;
    private final Map<SpanNode, List<String>> notes;
    private final int maxLines;
    private final Ink ink;

    TraceTree(Traces traces, Map<SpanNode, List<String>> notes) {
        this(traces, notes, DEFAULT_MAX_LINES, Ink.forConsole());
    }

    private TraceTree(Traces traces, Map<SpanNode, List<String>> notes, int maxLines, Ink ink) {
        this.traces = traces;
        this.notes = notes;
        this.maxLines = maxLines;
        this.ink = ink;
    }

    /**
     * The trees of these spans, as they are now.
     *
     * @param spans finished or not, of any number of traces; a span that comes twice is drawn once
     */
    public static TraceTree of(Collection<SpanData> spans) {
        return new TraceTree(
                new Traces(requireNonNull(spans, "spans must be a collection, perhaps an empty one")), Map.of());
    }

    /**
     * With at most so many lines, and one more that counts what is left out; 200 by default.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public TraceTree maxLines(int lines) {
        if (lines < 1) {
            throw new IllegalArgumentException("maxLines is " + lines + " but must be at least 1");
        }
        return new TraceTree(traces, notes, lines, ink);
    }

    /** With ANSI colors, for a terminal; without by default. */
    public TraceTree colored(boolean on) {
        return new TraceTree(traces, notes, maxLines, new Ink(ink.ascii(), on));
    }

    /** The drawing; {@code no spans} if there are none. Lines are separated by {@code \n}; the last one has none. */
    @Override
    public String toString() {
        return new TraceDrawing(traces, notes, ink, maxLines).draw();
    }
}
