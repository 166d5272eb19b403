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
}
