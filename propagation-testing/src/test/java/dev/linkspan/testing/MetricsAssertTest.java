package dev.linkspan.testing;

import static dev.linkspan.testing.Failures.assertFails;
import static dev.linkspan.testing.Failures.messageOf;
import static dev.linkspan.testing.LinkspanAssertions.assertThatMetrics;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MetricsAssertTest {

    private static final Attributes ATTRIBUTES = Attributes.builder()
            .put("messaging.system", "toy")
            .put("messaging.operation.name", "process")
            .put("messaging.destination.name", "orders")
            .build();

    private final InMemoryMetricReader reader = InMemoryMetricReader.create();
    private final SdkMeterProvider provider =
            SdkMeterProvider.builder().registerMetricReader(reader).build();
    private final Meter meter = provider.meterBuilder("test")
            .setSchemaUrl("https://opentelemetry.io/schemas/1.44.0")
            .build();

    @Test
    void metrics_of_the_conventions_pass_and_others_are_not_looked_at() {
        meter.histogramBuilder("messaging.process.duration")
                .setUnit("s")
                .setExplicitBucketBoundariesAdvice(
                        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0))
                .build()
                .record(
                        0.1,
                        ATTRIBUTES.toBuilder()
                                .put("messaging.consumer.group.name", "billing")
                                .build());
        meter.counterBuilder("messaging.client.consumed.messages")
                .setUnit("{message}")
                .build()
                .add(1, ATTRIBUTES);
        meter.counterBuilder("linkspan.anything").build().add(1);

        assertThatMetrics(reader.collectAllMetrics()).followsConventions();
    }

    @Test
    void each_departure_from_the_conventions_is_told() {
        meter.histogramBuilder("messaging.process.duration")
                .setUnit("ms")
                .build()
                .record(1, ATTRIBUTES);
        meter.upDownCounterBuilder("messaging.client.sent.messages")
                .setUnit("{message}")
                .build()
                .add(
                        1,
                        ATTRIBUTES.toBuilder()
                                .put("messaging.consumer.group.name", "billing")
                                .put("messaging.destination.partition.id", 3)
                                .build());
        meter.gaugeBuilder("messaging.client.consumed.messages").build().set(1);
        meter.counterBuilder("messaging.publish.messages").build().add(1, ATTRIBUTES);
        meter.counterBuilder("messaging.lag").build().add(1, ATTRIBUTES);

        assertFails(
                () -> assertThatMetrics(reader.collectAllMetrics()).followsConventions(),
                "Metric messaging.process.duration has the wrong unit - it is \"ms\" To do: it must be \"s\".",
                "Metric messaging.process.duration has other buckets",
                "Metric messaging.client.sent.messages is no counter",
                "Metric messaging.client.sent.messages has an attribute that it should not have"
                        + " - messaging.consumer.group.name",
                "messaging.destination.partition.id is of type long To do: it must be of type string.",
                "Metric messaging.client.consumed.messages is of the wrong type - it is a DOUBLE_GAUGE",
                "Metric messaging.client.consumed.messages lacks attribute messaging.system",
                "Metric messaging.publish.messages is deprecated",
                "To do: record messaging.client.sent.messages instead.",
                "Metric messaging.lag is unknown");
    }

    @Test
    void meter_without_a_schema_url_is_told() {
        provider.get("bare")
                .counterBuilder("messaging.client.sent.messages")
                .setUnit("{message}")
                .build()
                .add(1, ATTRIBUTES);

        assertFails(
                () -> assertThatMetrics(reader.collectAllMetrics()).followsConventions(),
                "An instrumentation scope has no schema URL",
                "of metric messaging.client.sent.messages");
    }

    @Test
    void messages_are_summed_up_for_a_destination() {
        var consumed = meter.counterBuilder("messaging.client.consumed.messages")
                .setUnit("{message}")
                .build();
        consumed.add(2, ATTRIBUTES);
        consumed.add(1, ATTRIBUTES.toBuilder().put("error.type", "E").build());
        consumed.add(
                5,
                ATTRIBUTES.toBuilder()
                        .put("messaging.destination.name", "bills")
                        .build());

        assertThatMetrics(reader.collectAllMetrics())
                .hasConsumed("orders", 3)
                .hasConsumed("bills", 5)
                .hasSent("orders", 0)
                .hasTotal("messaging.client.consumed.messages", 8);
        assertThat(messageOf(() -> assertThatMetrics(reader.collectAllMetrics()).hasConsumed("bills", 10)))
                .isEqualTo("Expected that messaging.client.consumed.messages of \"bills\" is 10, but it is 5:\n"
                        + "   - 5 with {messaging.destination.name=bills, messaging.operation.name=process,"
                        + " messaging.system=toy}");
        assertFails(
                () -> assertThatMetrics(reader.collectAllMetrics()).hasSent("orders", 1),
                "but it is 0: it has no points. There are metrics [messaging.client.consumed.messages].");
    }
}
