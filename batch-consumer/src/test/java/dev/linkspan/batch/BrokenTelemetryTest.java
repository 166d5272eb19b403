package dev.linkspan.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.testing.LinkspanExtension;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Telemetry that throws costs no message. */
class BrokenTelemetryTest {

    @RegisterExtension
    static final LinkspanExtension brokenSampler = LinkspanExtension.create().sampler(new Sampler() {
        @Override
        public SamplingResult shouldSample(
                Context parent,
                String traceId,
                String name,
                SpanKind kind,
                Attributes attributes,
                List<LinkData> links) {
            throw new IllegalStateException("sampler");
        }

        @Override
        public String getDescription() {
            return "broken";
        }
    });

    @RegisterExtension
    static final LinkspanExtension brokenPropagator = LinkspanExtension.create().propagators(new TextMapPropagator() {
        @Override
        public Collection<String> fields() {
            return List.of("traceparent");
        }

        @Override
        public <C> void inject(Context context, C carrier, TextMapSetter<C> setter) {
            throw new IllegalStateException("inject");
        }

        @Override
        public <C> Context extract(Context context, C carrier, TextMapGetter<C> getter) {
            throw new AssertionError("extract");
        }
    });

    @Test
    void batch_is_handled_and_its_result_is_right() {
        for (LinkspanExtension broken : List.of(brokenSampler, brokenPropagator)) {
            List<Order> messages = Order.many(3);
            BatchResult<Order> result = BatchProcessor.create(Order.tracer(broken.openTelemetry()))
                    .process(messages, batch -> {
                        assertThat(batch.origin(messages.get(0))).isNotNull();
                        batch.forEach(order -> {
                            if (order == messages.get(1)) {
                                throw new IllegalArgumentException();
                            }
                        });
                    });

            assertThat(result.failed()).containsExactly(messages.get(1));
            int[] settled = {0};
            result.settle((all, succeeded) ->
                    settled[0] = (int) all.stream().filter(succeeded).count());
            assertThat(settled[0]).isEqualTo(2);
        }
    }

    @Test
    void batch_that_was_pushed_is_handled_and_settled() {
        for (LinkspanExtension broken : List.of(brokenSampler, brokenPropagator)) {
            Gathered gathered = new Gathered();
            BatchAccumulator<Order> orders = BatchAccumulator.builder(
                            BatchProcessor.create(Order.tracer(broken.openTelemetry())), gathered, gathered::settle)
                    .maxMessages(3)
                    .build();
            Order.many(4).forEach(orders::accept);
            orders.close();

            assertThat(gathered.acknowledged()).hasSize(4);
        }
    }

    @Test
    void job_runs() {
        for (LinkspanExtension broken : List.of(brokenSampler, brokenPropagator)) {
            LinkedJob job = LinkedJob.create(broken.openTelemetry(), "nightly");
            assertThat(job.<Integer, RuntimeException>call(run -> {
                        run.read("{\"traceparent\":\"00-%032x-%016x-01\"}".formatted(1, 2));
                        return 7;
                    }))
                    .isEqualTo(7);
        }
    }
}
