package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * A job, which learns of its messages while it runs. Its links are chosen and added when it ends, for a link that was added
 * cannot be taken back to make room.
 */
final class JobSpan extends MessageSpan {

    /** Guarded by itself, like the count. */
    private final BoundedLinks<Attributes> links;

    private long records;

    JobSpan(DestinationOperation operation, Span span, Context context, Context caller, int maxLinks) {
        super(operation, span, context, caller, operation.operation.instruments.now());
        this.links = new BoundedLinks<>(maxLinks, attributes -> attributes);
    }

    /** @param context may be invalid: the record is counted only */
    void read(SpanContext context, Attributes attributes, boolean trusted) {
        synchronized (links) {
            records++;
            if (context.isValid()) {
                links.add(context, attributes, trusted);
            }
        }
    }

    @Override
    void ending(@Nullable String errorType) {
        try {
            addLinks();
        } catch (Throwable t) {
            operation.operation.telemetry.errors.add("links", t);
        }
    }

    private void addLinks() {
        synchronized (links) {
            BoundedLinks.Result result = links.result();
            if (!span.isRecording()) {
                return;
            }
            for (DestinationOperation.Link link : result.links()) {
                span.addLink(link.context(), link.attributes());
            }
            span.setAttribute(Semconv.JOB_RECORD_COUNT, records);
            if (result.leftOut() > 0) {
                span.setAttribute(Semconv.LINKS_LEFT_OUT, result.leftOut());
                operation.linksLeftOut(result.leftOut());
            }
        }
    }
}
