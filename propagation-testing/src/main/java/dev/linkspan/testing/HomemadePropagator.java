package dev.linkspan.testing;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A propagator of headers that nobody else uses; like Jaeger's, it does not say in {@code fields()} all that it writes. */
final class HomemadePropagator implements TextMapPropagator {

    static final String TRACE_FIELD = "homemade-trace";
    static final String BAGGAGE_PREFIX = "homemade-baggage-";

    @Override
    public Collection<String> fields() {
        return List.of(TRACE_FIELD);
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (span.isValid()) {
            setter.set(
                    carrier,
                    TRACE_FIELD,
                    span.getTraceId() + "/" + span.getSpanId() + "/" + (span.isSampled() ? "yes" : "no"));
        }
        Baggage.fromContext(context)
                .forEach((key, entry) -> setter.set(carrier, BAGGAGE_PREFIX + key, entry.getValue()));
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        Context extracted = context;
        String value = getter.get(carrier, TRACE_FIELD);
        String[] parts = value == null ? new String[0] : value.split("/", -1);
        if (parts.length == 3) {
            SpanContext span = SpanContext.createFromRemoteParent(
                    parts[0],
                    parts[1],
                    parts[2].equals("yes") ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                    TraceState.getDefault());
            extracted = span.isValid() ? extracted.with(Span.wrap(span)) : extracted;
        }
        BaggageBuilder baggage = Baggage.builder();
        if (carrier != null) {
            for (String key : getter.keys(carrier)) {
                String brought = key.startsWith(BAGGAGE_PREFIX) ? getter.get(carrier, key) : null;
                if (brought != null) {
                    baggage.put(key.substring(BAGGAGE_PREFIX.length()), brought);
                }
            }
        }
        Baggage built = baggage.build();
        return built.isEmpty() ? extracted : extracted.with(built);
    }
}
