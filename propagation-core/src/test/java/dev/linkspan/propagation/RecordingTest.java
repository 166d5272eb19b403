package dev.linkspan.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.linkspan.propagation.toy.ToyAdapter;
import dev.linkspan.propagation.toy.ToyMessage;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerBuilder;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Whether attributes are worth working out is what the span says, not what its flags suggest. */
class RecordingTest {

    @Test
    void unsampled_span_that_is_recorded_gets_its_attributes() {
        Sampler recordOnly = new DecidingSampler((attributes, links) -> SamplingResult.recordOnly());

        assertThat(isRecording(RecordedTelemetry.withSampler(recordOnly).openTelemetry))
                .isTrue();
        assertThat(isRecording(RecordedTelemetry.withSampler(Sampler.alwaysOn()).openTelemetry))
                .isTrue();
        assertThat(isRecording(RecordedTelemetry.withSampler(Sampler.alwaysOff()).openTelemetry))
                .isFalse();
    }

    /** As one that is switched off does, and a Java agent puts a span of its own class around it. */
    @Test
    void tracer_that_returns_the_callers_sampled_span_records_nothing() {
        RecordedTelemetry recorded = RecordedTelemetry.create();
        Span caller = recorded.startSpan("caller");
        SpanContext context = caller.getSpanContext();
        Span same = proxy(Span.class, "isRecording", false, "getSpanContext", context);
        OpenTelemetry switchedOff = openTelemetry(same);

        try (Scope scope = caller.makeCurrent()) {
            assertThat(isRecording(switchedOff)).isFalse();
        }
    }

    @Test
    void span_that_throws_when_it_is_asked_is_not_recorded() {
        Span throwing = (Span) Proxy.newProxyInstance(
                Span.class.getClassLoader(), new Class<?>[] {Span.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("isRecording")) {
                        throw new IllegalStateException("asked");
                    }
                    return method.getName().equals("getSpanContext") ? SpanContext.getInvalid() : proxy;
                });

        assertThat(isRecording(openTelemetry(throwing))).isFalse();
    }

    private static boolean isRecording(OpenTelemetry openTelemetry) {
        MessageSender<ToyMessage, ?> sender =
                MessagingTelemetry.create(openTelemetry).sender(new ToyAdapter(), ClientFacts.NONE);
        try (MessageSpan span = sender.start(ToyMessage.to("orders"))) {
            return span.isRecording();
        }
    }

    private static OpenTelemetry openTelemetry(Span started) {
        SpanBuilder spans = proxy(SpanBuilder.class, "startSpan", started);
        Tracer tracer = name -> spans;
        TracerBuilder tracers = proxy(TracerBuilder.class, "build", tracer);
        TracerProvider provider = proxy(TracerProvider.class, "tracerBuilder", tracers);
        return new OpenTelemetry() {
            @Override
            public TracerProvider getTracerProvider() {
                return provider;
            }

            @Override
            public ContextPropagators getPropagators() {
                return ContextPropagators.create(RecordedTelemetry.W3C);
            }
        };
    }

    /** Answers so much, and all else with itself. */
    private static <T> T proxy(Class<T> type, Object... answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    for (int i = 0; i < answers.length; i += 2) {
                        if (method.getName().equals(answers[i])) {
                            return answers[i + 1];
                        }
                    }
                    return method.getReturnType().isInstance(proxy) ? proxy : null;
                }));
    }
}
