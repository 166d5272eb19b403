package dev.linkspan.propagation;

import io.opentelemetry.api.trace.SpanContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** The contexts that {@code create} wrote into messages that were not sent yet; the oldest are forgotten. Thread-safe. */
final class CreatedContexts {

    private static final int REMEMBERED = 10_000;

    private final Map<String, String> traceIdBySpanId = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    synchronized void add(SpanContext context) {
        traceIdBySpanId.put(context.getSpanId(), context.getTraceId());
    }

    synchronized boolean contains(SpanContext context) {
        return context.getTraceId().equals(traceIdBySpanId.get(context.getSpanId()));
    }

    /** Whether it was there; a second message with the same context is a copy. */
    synchronized boolean remove(SpanContext context) {
        return traceIdBySpanId.remove(context.getSpanId(), context.getTraceId());
    }
}
