package dev.linkspan.kafka;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.Collection;

/** Parts of telemetry that throw Errors, which are worse than exceptions: they kill Kafka's network thread. */
final class BrokenTelemetry {

    private BrokenTelemetry() {}

    /** Writes one header and breaks. */
    static final class Propagator implements TextMapPropagator {

        @Override
        public Collection<String> fields() {
            return W3CTraceContextPropagator.getInstance().fields();
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            setter.set(carrier, "traceparent", "half");
            throw new AssertionError("inject");
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            throw new AssertionError("extract");
        }
    }

    /** Breaks at the start or at the end of each span. */
    static final class Processor implements SpanProcessor {
        private final boolean atStart;

        Processor(boolean atStart) {
            this.atStart = atStart;
        }

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            if (atStart) {
                throw new AssertionError("onStart");
            }
        }

        @Override
        public boolean isStartRequired() {
            return atStart;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            throw new AssertionError("onEnd");
        }

        @Override
        public boolean isEndRequired() {
            return !atStart;
        }
    }
}
