package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;

/**
 * The links of a span that learns of its messages while it runs. They are chosen and added when it ends, for a link that
 * was added cannot be taken back to make room. Thread-safe.
 */
final class LateLinks {

    private final BoundedLinks<Attributes> links;
    private long records;

    LateLinks(int maxLinks) {
        this.links = new BoundedLinks<>(maxLinks, attributes -> attributes);
    }

    /** @param context may be invalid: the record is counted only */
    synchronized void add(SpanContext context, Attributes attributes, boolean trusted) {
        records++;
        if (context.isValid()) {
            links.add(context, attributes, trusted);
        }
    }

    synchronized void addTo(Span span, DestinationOperation operation) {
        try {
            BoundedLinks.Result result = links.result();
            if (!span.isRecording()) {
                return;
            }
            for (DestinationOperation.Link link : result.links()) {
                span.addLink(link.context(), link.attributes());
            }
            span.setAttribute(Semconv.JOB_RECORD_COUNT, records);
            if (result.leftOut() > 0) {
                span.setAttribute(Semconv.LINKS_LEFT_OUT, (long) result.leftOut());
                operation.linksLeftOut(result.leftOut());
            }
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("links", t);
        }
    }
}
