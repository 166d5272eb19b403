package dev.linkspan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The SDK, or what an application plugs into it, breaks. */
class BrokenSdkFaultTest {

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f01_exporter_that_blocks_holds_nobody_up(Transport transport) {
        FaultResult result = Fault.of("F01", "exporter blocks")
                .messages(transport == Transport.CORE ? 100_000 : 20_000)
                .telemetry(telemetry -> blocking(telemetry, 2048))
                .quick()
                .control(Invariant.I7)
                .controlMessages(100)
                .on(transport);
        result.figure(
                "p99 of a handled call %.1f us, bare %.1f us",
                result.linkspan().processes().micros(0.99),
                result.bare().processes().micros(0.99));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f03_queue_that_is_full_holds_nobody_up(Transport transport) {
        FaultResult result = Fault.of("F03", "queue of one")
                .telemetry(telemetry -> blocking(telemetry, 1))
                .quick()
                .control(Invariant.I7)
                .controlMessages(100)
                .on(transport);
        result.figure(
                "p99 of a handled call %.1f us, bare %.1f us",
                result.linkspan().processes().micros(0.99),
                result.bare().processes().micros(0.99));
    }

    /** Until the run is over, when the application would have noticed long since. */
    private static void blocking(Telemetry telemetry, int queue) {
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

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f02_exporter_that_throws_loses_nothing(Transport transport) {
        for (boolean batches : List.of(true, false)) {
            for (Supplier<Throwable> failure : failures()) {
                Fault fault = Fault.of(
                                "F02", failure.get().getClass().getSimpleName() + (batches ? " batch" : " simple"))
                        .messages(countWith(failure.get()))
                        .telemetry(telemetry -> telemetry.tracing(tracing -> tracing.addSpanProcessor(
                                exporting(batches, new Exporter(spans -> raise(failure.get()))))));
                // the newest SDKs keep to themselves what an exporter throws, and no wrapper feels it
                boolean felt = !batches && isFelt(failure.get());
                (felt ? fault.control(Invariant.I1) : fault).on(transport);
            }
        }
    }

    private static SpanProcessor exporting(boolean batches, SpanExporter exporter) {
        return batches ? BatchSpanProcessor.builder(exporter).build() : SimpleSpanProcessor.create(exporter);
    }

    private static boolean isFelt(Throwable failure) {
        Telemetry telemetry = new Telemetry()
                .tracing(tracing ->
                        tracing.addSpanProcessor(SimpleSpanProcessor.create(new Exporter(spans -> raise(failure)))));
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

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f04_sampler_that_breaks_loses_nothing(Transport transport) {
        for (Supplier<Throwable> failure : failures()) {
            sampler(
                            failure.get().getClass().getSimpleName(),
                            () -> BrokenSdkFaultTest.<SamplingResult>raise(failure.get()))
                    .messages(countWith(failure.get()))
                    .control(Invariant.I1)
                    .on(transport);
        }
        FaultResult nothing = sampler("null", () -> null)
                .messages(1_000)
                .control(Invariant.I1)
                .on(transport);

        assertThat(nothing.linkspan().wire())
                .allSatisfy((id, headers) -> assertThat(headers)
                        .as("whole or not at all")
                        .extracting(Header::toString)
                        .containsExactly("tenant=blue"));
        assertThat(nothing.linkspan().telemetryErrors()).isGreaterThan(1_000);
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
                })));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void f05_span_processor_that_throws_loses_nothing(Transport transport) {
        for (Supplier<Throwable> failure : failures()) {
            String name = failure.get().getClass().getSimpleName();
            FaultResult atStart = Fault.of("F05", "at start " + name)
                    .messages(countWith(failure.get()))
                    .telemetry(telemetry -> telemetry
                            .countLast()
                            .tracing(tracing -> tracing.addSpanProcessor(Processor.atStart(failure))))
                    .control(Invariant.I1)
                    .on(transport);
            FaultResult atEnd = Fault.of("F05", "at end " + name)
                    .messages(countWith(failure.get()))
                    .telemetry(telemetry ->
                            telemetry.tracing(tracing -> tracing.addSpanProcessor(Processor.atEnd(failure))))
                    .control(Invariant.I1)
                    .on(transport);

            assertThat(atStart.linkspan().spans().started()).as("every second").isPositive();
            assertThat(atEnd.linkspan().networkDeath()).isNull();
        }
    }

    /** Errors are the rarer kind. */
    private static int countWith(Throwable failure) {
        return failure instanceof Error ? 1_000 : 10_000;
    }

    private static List<Supplier<Throwable>> failures() {
        return List.of(() -> new IllegalStateException("broken"), () -> new AssertionError("broken"));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T raise(Throwable failure) {
        return BrokenSdkFaultTest.<RuntimeException, T>raiseAs(failure);
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

        private Processor(Supplier<Throwable> failure, boolean atStart) {
            this.failure = failure;
            this.atStart = atStart;
        }

        static Processor atStart(Supplier<Throwable> failure) {
            return new Processor(failure, true);
        }

        static Processor atEnd(Supplier<Throwable> failure) {
            return new Processor(failure, false);
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
}
