package dev.linkspan.it;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.contrib.awsxray.propagator.AwsXrayPropagator;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import java.util.stream.Stream;

/**
 * A propagator that an application may have configured.
 *
 * @param header that each message with a context has
 */
public record PropagationFormat(String name, TextMapPropagator propagator, String header) {

    public static Stream<PropagationFormat> all() {
        TextMapPropagator w3c = W3CTraceContextPropagator.getInstance();
        return Stream.of(
                new PropagationFormat("W3C", w3c, "traceparent"),
                new PropagationFormat(
                        "W3C and baggage",
                        TextMapPropagator.composite(w3c, W3CBaggagePropagator.getInstance()),
                        "traceparent"),
                new PropagationFormat("B3 single", B3Propagator.injectingSingleHeader(), "b3"),
                new PropagationFormat("B3 multi", B3Propagator.injectingMultiHeaders(), "X-B3-TraceId"),
                new PropagationFormat("Jaeger", JaegerPropagator.getInstance(), "uber-trace-id"),
                new PropagationFormat("X-Ray", AwsXrayPropagator.getInstance(), "X-Amzn-Trace-Id"));
    }

    @Override
    public String toString() {
        return name;
    }
}
