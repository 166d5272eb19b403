package dev.linkspan.propagation;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Decides by the attributes and links that a span starts with; null is what a broken one says. */
record DecidingSampler(BiFunction<Attributes, List<LinkData>, @Nullable SamplingResult> decision) implements Sampler {

    @Override
    public @Nullable SamplingResult shouldSample(
            Context parent, String traceId, String name, SpanKind kind, Attributes attributes, List<LinkData> links) {
        return decision.apply(attributes, links);
    }

    @Override
    public String getDescription() {
        return "deciding";
    }
}
