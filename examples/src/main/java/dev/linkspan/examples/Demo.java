package dev.linkspan.examples;

import dev.linkspan.testing.TraceTree;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The main job from end to end: orders are placed in several traces, go through a real Kafka broker, and are handled by two
 * services, and many ratings as one batch; a parcel goes over SQS, Kafka, RabbitMQ and NATS. The traces are drawn. With
 * {@code OTEL_EXPORTER_OTLP_ENDPOINT} set they are exported there too.
 */
public final class Demo {

    private static final int RATINGS = 200;

    /** Held here, or its level would be forgotten: what becomes of an export, the last line says. */
    private static final Logger EXPORT = Logger.getLogger("io.opentelemetry.exporter");

    private Demo() {}

    /** Runs the demo; exits with 0 if every consumer span turned out as a root that links to its producer. */
    public static void main(String[] args) {
        EXPORT.setLevel(Level.OFF);
        say("Starting brokers ...");
        try (DemoBrokers brokers = DemoBrokers.start();
                DemoTelemetry telemetry = DemoTelemetry.start()) {
            say(brokers.report());
            say("Three customers place orders; a warehouse and a billing service handle them; billing refuses one.\n");
            OrderDemo demo = new OrderDemo(telemetry.openTelemetry(), brokers.kafka.bootstrapServers());
            demo.run();
            List<SpanData> orders = telemetry.spans();
            say(TraceTree.of(orders).toString());

            say("\n" + RATINGS
                    + " customers rate what they bought; the statistics service handles all ratings as one batch,"
                    + " of which one fails.\n");
            demo.runBatch(RATINGS);
            say(TraceTree.of(telemetry.batchWithFirstProducers("process ratings", 5))
                    .toString());
            say("\nThe commit stops before the rating that failed: that one and all after it come again.");

            int before = telemetry.spans().size();
            List<Hop> hops = brokers.hops(telemetry.openTelemetry());
            try {
                say(
                        "\nA parcel goes over every broker that there is; each hop is a trace, linked to the one before.\n");
                new ParcelDemo(telemetry.openTelemetry(), hops).run();
            } finally {
                hops.forEach(Hop::close);
            }
            List<SpanData> spans = telemetry.spans();
            say(TraceTree.of(spans.subList(before, spans.size())).toString() + "\n");

            long consumers = spans.stream().filter(DemoTelemetry::isConsumer).count();
            long linkedRoots = spans.stream()
                    .filter(DemoTelemetry::isConsumer)
                    .filter(DemoTelemetry::isLinkedRoot)
                    .count();
            say(linkedRoots + " of " + consumers
                    + " consumer spans are roots of their own traces, linked to their producer.");
            say("No producer span lasts longer than its send, whenever its consumers come round to it.");
            say(telemetry.export());
            if (consumers == 0 || linkedRoots != consumers) {
                System.exit(1);
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
