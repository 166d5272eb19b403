package dev.linkspan.examples;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A parcel that goes over one broker after the other; each hop links to the one before. */
final class ParcelDemo {

    private static final int PATIENCE_SECONDS = 30;

    private final Tracer tracer;
    private final List<Hop> hops;

    ParcelDemo(OpenTelemetry openTelemetry, List<Hop> hops) {
        this.tracer = openTelemetry.getTracer("parcels");
        this.hops = hops;
    }

    void run() {
        CountDownLatch arrived = new CountDownLatch(1);
        for (int i = 0; i < hops.size(); i++) {
            Hop next = i + 1 < hops.size() ? hops.get(i + 1) : null;
            hops.get(i).onArrival(parcel -> {
                if (next == null) {
                    inSpan("hand over", arrived::countDown);
                } else {
                    next.send(parcel);
                }
            });
        }
        inSpan("POST /parcels", () -> hops.get(0).send("a lamp"));
        try {
            if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the parcel did not arrive within " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void inSpan(String name, Runnable work) {
        Span span = tracer.spanBuilder(name).startSpan();
        try (Scope scope = span.makeCurrent()) {
            work.run();
        } finally {
            span.end();
        }
    }
}
