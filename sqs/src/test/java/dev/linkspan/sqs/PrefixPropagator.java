package dev.linkspan.sqs;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;

/** Spells its names in capitals, and has a header for each entry of baggage. */
final class PrefixPropagator implements TextMapPropagator {

    @Override
    public Collection<String> fields() {
        return List.of("Trace-Id");
    }

    @Override
    public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
        Baggage.fromContext(context).forEach((key, entry) -> setter.set(carrier, "Ctx-" + key, entry.getValue()));
    }

    @Override
    public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
        return context;
    }
}
