package dev.linkspan.examples.streams;

import dev.linkspan.kafka.KafkaTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

/** A Streams application, traced: orders come in, packed ones go out. */
public final class OrderStreams {

    private OrderStreams() {}

    /** Returns the application, to be started by the caller. */
    public static KafkaStreams create(OpenTelemetry openTelemetry, Properties config) {
        KafkaTelemetry kafka = KafkaTelemetry.builder(openTelemetry)
                .policy(
                        topic -> topic.endsWith("-changelog"),
                        p -> p.tracing(false).propagation(false))
                .build();
        TracingClientSupplier clients = new TracingClientSupplier(kafka);
        StreamsBuilder topology = new StreamsBuilder();
        topology.<String, String>stream("orders")
                .processValues(TracedRecords.in(clients))
                .mapValues(order -> order.toUpperCase(Locale.ROOT))
                .to("packed");
        KafkaStreams streams = new KafkaStreams(topology.build(), config, clients);
        return streams;
    }
}
