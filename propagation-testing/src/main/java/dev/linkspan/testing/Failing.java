package dev.linkspan.testing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of an SDK that throw on purpose. */
final class Failing {

    private Failing() {}

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void fail(@Nullable Throwable thrown) throws T {
        if (thrown != null) {
            throw (T) thrown;
        }
    }

    record Propagator(Throwable thrown, boolean onInject, boolean onExtract) implements TextMapPropagator {
        @Override
        public Collection<String> fields() {
            return List.of("traceparent", "half");
        }

        /** Throws when half of it is written. */
        @Override
        public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
            setter.set(carrier, "half", "written");
            Failing.<RuntimeException>fail(onInject ? thrown : null);
        }

        @Override
        public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
            Failing.<RuntimeException>fail(onExtract ? thrown : null);
            return context;
        }
    }

    record Sampler(@Nullable Throwable thrown) implements io.opentelemetry.sdk.trace.samplers.Sampler {
        @Override
        @SuppressWarnings("NullAway") // on purpose
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            Failing.<RuntimeException>fail(thrown);
            return null;
        }

        @Override
        public String getDescription() {
            return "fails";
        }
    }

    record Processor(Throwable thrown, boolean onStart, boolean onEnd) implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            Failing.<RuntimeException>fail(onStart ? thrown : null);
        }

        @Override
        public boolean isStartRequired() {
            return true;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            Failing.<RuntimeException>fail(onEnd ? thrown : null);
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }
}
