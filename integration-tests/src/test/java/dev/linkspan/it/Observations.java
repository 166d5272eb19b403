package dev.linkspan.it;

import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Micrometer's observations, as Spring Boot bridges them to OpenTelemetry. */
public final class Observations {

    /** Whose spans they are. */
    public static final String SCOPE = "spring";

    private Observations() {}

    /** Where observations become spans, and contexts go into and come out of messages. */
    public static ObservationRegistry bridgedTo(OpenTelemetry openTelemetry) {
        Tracer spans = openTelemetry.getTracer(SCOPE);
        OtelTracer tracer = new OtelTracer(spans, new OtelCurrentTraceContext(), event -> {});
        OtelPropagator propagator = new OtelPropagator(openTelemetry.getPropagators(), spans);
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig()
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return registry;
    }

    /** For what asks its context for the registry. */
    public static ApplicationContext contextOf(ObservationRegistry registry) {
        GenericApplicationContext context = new GenericApplicationContext();
        context.registerBean(ObservationRegistry.class, () -> registry);
        context.refresh();
        return context;
    }
}
