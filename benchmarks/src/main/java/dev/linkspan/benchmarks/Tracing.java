package dev.linkspan.benchmarks;

import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.TraceContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** How an application has set tracing up. Spans are dropped when they end: what exporting them costs is not ours. */
public enum Tracing {
    /** Every span is recorded; no metrics. */
    SAMPLED {
        @Override
        Backend backend() {
            return Backend.of(1, new Forgetful(), new BraveForgetful(), withoutMetrics());
        }
    },
    /** Every span is recorded, and metrics are kept. */
    METERED {
        @Override
        Backend backend() {
            SdkMeterProvider meters = SdkMeterProvider.builder()
                    .registerMetricReader(InMemoryMetricReader.create())
                    .build();
            return Backend.of(1, new Forgetful(), new BraveForgetful(), meters);
        }
    },
    /** No span is recorded; context goes along all the same. */
    UNSAMPLED {
        @Override
        Backend backend() {
            return Backend.of(0, new Forgetful(), new BraveForgetful(), withoutMetrics());
        }
    },
    /** No SDK. */
    NOOP {
        @Override
        Backend backend() {
            return Backend.noop();
        }
    };

    abstract Backend backend();

    private static SdkMeterProvider withoutMetrics() {
        return SdkMeterProvider.builder().build();
    }

    static final class Forgetful implements SpanProcessor {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {}

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    /** Without a handler, Brave writes each span to its log. */
    static final class BraveForgetful extends SpanHandler {
        @Override
        public boolean end(TraceContext context, MutableSpan span, Cause cause) {
            return true;
        }
    }
}
