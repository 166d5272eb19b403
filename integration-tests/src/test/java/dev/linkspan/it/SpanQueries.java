package dev.linkspan.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;
import java.util.List;

/** Finds spans by what a scenario knows of them. */
public final class SpanQueries {

    private SpanQueries() {}

    /** All of this name, in the order in which they ended. */
    public static List<SpanData> named(Collection<SpanData> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).toList();
    }

    /** The one of this name; fails if there is none or another. */
    public static SpanData one(Collection<SpanData> spans, String name) {
        List<SpanData> found = named(spans, name);
        assertThat(found).as("spans named %s among %s", name, spans).hasSize(1);
        return found.get(0);
    }

    /** The span ids that it links to, in order. */
    public static List<String> linksOf(SpanData span) {
        return span.getLinks().stream()
                .map(LinkData::getSpanContext)
                .map(context -> context.getSpanId())
                .toList();
    }

    /** All that one instrumentation made. */
    public static List<SpanData> by(String scope, Collection<SpanData> spans) {
        return spans.stream()
                .filter(span -> span.getInstrumentationScopeInfo().getName().equals(scope))
                .toList();
    }

    public static List<String> ids(Collection<SpanData> spans) {
        return spans.stream().map(SpanData::getSpanId).toList();
    }

    /** As many children as parents, each of another. */
    public static void assertOneIsTheParentOfEach(List<SpanData> children, List<SpanData> parents) {
        assertThat(children)
                .hasSameSizeAs(parents)
                .extracting(SpanData::getParentSpanId)
                .containsExactlyInAnyOrderElementsOf(ids(parents));
    }

    /** As many spans as targets, and the first link of each leads to another. */
    public static void assertEachLinksToOne(List<SpanData> spans, List<String> targets) {
        assertThat(spans).extracting(span -> linksOf(span).get(0)).containsExactlyInAnyOrderElementsOf(targets);
    }
}
