package dev.linkspan.kafka;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.BiFunction;

/** Samplers for tests. */
final class Samplers {

    private Samplers() {}

    /** Decides by name and links. */
    record Seeing(BiFunction<String, List<LinkData>, SamplingResult> decision) implements Sampler {

        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            return decision.apply(name, links);
        }

        @Override
        public String getDescription() {
            return "seeing";
        }
    }
}
