package dev.linkspan.faults;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ways in which the SDK breaks, or what an application plugs into it. */
final class SdkFaults {

    private SdkFaults() {}

    /** Until the run is over, when the application would have noticed long since. */
    static Fault blockedExporter(String id, String name, int queue) {
        return Fault.of(id, name)
                .telemetry(telemetry -> block(telemetry, queue))
                .quick()
                .control(Invariant.I7)
                .controlMessages(100);
    }

    private static void block(Telemetry telemetry, int queue) {
        CountDownLatch over = new CountDownLatch(1);
        Exporter exporter = new Exporter(spans -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        telemetry
                .tracing(tracing -> tracing.addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(queue)
                        .setMaxExportBatchSize(Math.min(queue, 512))
                        .build()))
                .beforeClose(over::countDown)
                .naiveFlushesEach();
    }

    /** @param batches whether behind a batch processor, where nobody feels it */
    static Fault exporter(boolean batches, Supplier<Throwable> failure) {
        return Fault.of("F02", nameOf(failure) + (batches ? " batch" : " simple"))
                .telemetry(telemetry -> telemetry.tracing(tracing ->
                        tracing.addSpanProcessor(exporting(batches, new Exporter(spans -> raise(failure.get()))))));
    }

    private static SpanProcessor exporting(boolean batches, SpanExporter exporter) {
        return batches ? BatchSpanProcessor.builder(exporter).build() : SimpleSpanProcessor.create(exporter);
    }

    /** The newest SDKs keep to themselves what an exporter throws, and no wrapper feels it. */
    static boolean isFelt(boolean batches, Supplier<Throwable> failure) {
        Telemetry telemetry = new Telemetry()
                .tracing(tracing ->
                        tracing.addSpanProcessor(exporting(batches, new Exporter(spans -> raise(failure.get())))));
        try (telemetry) {
            telemetry
                    .openTelemetry()
                    .getTracer("probe")
                    .spanBuilder("probe")
                    .startSpan()
                    .end();
            return false;
        } catch (Throwable t) {
            return true;
        }
    }

    static Fault throwingSampler(Supplier<Throwable> failure) {
        return sampler(nameOf(failure), () -> SdkFaults.<SamplingResult>raise(failure.get()));
    }

    static Fault samplerOfNothing() {
        return sampler("null", () -> null);
    }

    private static Fault sampler(String name, Supplier<@Nullable SamplingResult> result) {
        return Fault.of("F04", name)
                .telemetry(telemetry -> telemetry.tracing(tracing -> tracing.setSampler(new Sampler() {
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
                })))
                .control(Invariant.I1);
    }

    static Fault processorAtStart(Supplier<Throwable> failure) {
        return Fault.of("F05", "at start " + nameOf(failure))
                .telemetry(telemetry -> telemetry
                        .countLast()
                        .tracing(tracing -> tracing.addSpanProcessor(new Processor(failure, true))))
                .control(Invariant.I1);
    }

    static Fault processorAtEnd(Supplier<Throwable> failure) {
        return Fault.of("F05", "at end " + nameOf(failure))
                .telemetry(telemetry ->
                        telemetry.tracing(tracing -> tracing.addSpanProcessor(new Processor(failure, false))));
    }

    static Fault jumpingClock() {
        return Fault.of("F29", "clock jumps back each time it is asked")
                .telemetry(telemetry -> telemetry.clock(new JumpingClock()))
                .control(Invariant.I4);
    }

    static List<Supplier<Throwable>> failures() {
        return List.of(() -> new IllegalStateException("broken"), () -> new AssertionError("broken"));
    }

    private static String nameOf(Supplier<Throwable> failure) {
        return failure.get().getClass().getSimpleName();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T raise(Throwable failure) {
        return SdkFaults.<RuntimeException, T>raiseAs(failure);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable, T> T raiseAs(Throwable failure) throws X {
        throw (X) failure;
    }

    private record Exporter(java.util.function.Consumer<Collection<SpanData>> behaviour) implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            behaviour.accept(spans);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    /** Breaks with every second span. */
    private static final class Processor implements SpanProcessor {
        private final Supplier<Throwable> failure;
        private final boolean atStart;
        private final AtomicInteger calls = new AtomicInteger();

        Processor(Supplier<Throwable> failure, boolean atStart) {
            this.failure = failure;
            this.atStart = atStart;
        }

        private void call() {
            if (calls.incrementAndGet() % 2 == 0) {
                raise(failure.get());
            }
        }

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {
            call();
        }

        @Override
        public boolean isStartRequired() {
            return atStart;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            call();
        }

        @Override
        public boolean isEndRequired() {
            return !atStart;
        }
    }

    private static final class JumpingClock implements Clock {
        private final long start = Clock.getDefault().now();
        private final AtomicLong calls = new AtomicLong();

        @Override
        public long now() {
            return start - calls.incrementAndGet() * TimeUnit.SECONDS.toNanos(1);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    }
}
