package dev.linkspan.faults;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BrokenSdkFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f04_sampler_that_throws_loses_nothing(Transport transport) {
        Fault.of("F04", "sampler throws")
                .telemetry(telemetry -> telemetry.tracing(tracing -> tracing.setSampler(sampler(() -> {
                    throw new IllegalStateException("sampler");
                }))))
                .control(Invariant.I1)
                .on(transport);
    }

    private static Sampler sampler(Supplier<@Nullable SamplingResult> result) {
        return new Sampler() {
            @Override
            public SamplingResult shouldSample(
                    Context parent,
                    String trace,
                    String name,
                    SpanKind kind,
                    Attributes attributes,
                    List<LinkData> links) {
                return result.get();
            }

            @Override
            public String getDescription() {
                return "broken";
            }
        };
    }
}
