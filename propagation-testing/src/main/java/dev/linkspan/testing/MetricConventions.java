package dev.linkspan.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether messaging metrics follow the messaging conventions v1.44.0. */
final class MetricConventions {

    static final String SENT = "messaging.client.sent.messages";
    static final String CONSUMED = "messaging.client.consumed.messages";
    private static final String OPERATION_DURATION = "messaging.client.operation.duration";
    private static final String PROCESS_DURATION = "messaging.process.duration";

    private static final List<Double> BUCKETS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private static final Set<String> ATTRIBUTES = Set.of(
            "messaging.system",
            "messaging.operation.name",
            "messaging.destination.name",
            "messaging.destination.template",
            "messaging.destination.partition.id",
            "server.address",
            "server.port",
            "error.type");
    private static final Set<String> CONSUMER_ATTRIBUTES =
            Set.of("messaging.consumer.group.name", "messaging.destination.subscription.name");

    private static final Map<String, String> DEPRECATED = Map.ofEntries(
            Map.entry("messaging.publish.duration", OPERATION_DURATION),
            Map.entry("messaging.receive.duration", OPERATION_DURATION),
            Map.entry("messaging.deliver.duration", PROCESS_DURATION),
            Map.entry("messaging.publish.messages", SENT),
            Map.entry("messaging.client.published.messages", SENT),
            Map.entry("messaging.receive.messages", CONSUMED),
            Map.entry("messaging.deliver.messages", CONSUMED),
            Map.entry("messaging.process.messages", CONSUMED));

    private final List<Finding> findings = new ArrayList<>();

    private MetricConventions() {}

    static List<Finding> check(Collection<MetricData> metrics) {
        MetricConventions conventions = new MetricConventions();
        for (MetricData metric : metrics) {
            if (metric.getName().startsWith("messaging.")) {
                conventions.check(metric);
            }
        }
        return conventions.findings;
    }

    private void check(MetricData metric) {
        String name = metric.getName();
        String heir = DEPRECATED.get(name);
        if (heir != null) {
            add("Metric " + name + " is deprecated", "", "record " + heir + " instead.");
            return;
        }
        switch (name) {
            case OPERATION_DURATION, PROCESS_DURATION -> checkHistogram(metric);
            case SENT, CONSUMED -> checkCounter(metric);
            default ->
                add("Metric " + name + " is unknown", "", "use a name outside messaging.* for your own metrics.");
        }
        String schema = SchemaUrl.problem(metric.getInstrumentationScopeInfo().getSchemaUrl());
        if (schema != null) {
            add(schema, "of metric " + name, SchemaUrl.ADVICE);
        }
        for (PointData point : metric.getData().getPoints()) {
            point.getAttributes().forEach((key, value) -> checkAttribute(name, key));
            for (String required : List.of("messaging.system", "messaging.operation.name")) {
                if (point.getAttributes().get(AttributeKey.stringKey(required)) == null) {
                    add("Metric " + name + " lacks attribute " + required, "", "add it; it is required.");
                }
            }
        }
    }

    private void checkAttribute(String metric, AttributeKey<?> key) {
        String name = key.getKey();
        boolean allowed = ATTRIBUTES.contains(name)
                || (CONSUMER_ATTRIBUTES.contains(name) && !metric.equals(SENT))
                || (name.equals("messaging.operation.type") && metric.equals(OPERATION_DURATION));
        AttributeType type = ConventionTable.type(name);
        if (!allowed) {
            add(
                    "Metric " + metric + " has an attribute that it should not have",
                    name,
                    "leave it out: each value of it makes another time series.");
        } else if (type != key.getType()) {
            add(
                    "Metric " + metric + " has an attribute of the wrong type",
                    name + " is of type " + Text.lowerCase(key.getType()),
                    "it must be of type " + typeName(type) + ".");
        }
    }

    private static String typeName(@Nullable AttributeType type) {
        return type == null ? "string" : Text.lowerCase(type);
    }

    private void checkHistogram(MetricData metric) {
        checkTypeAndUnit(metric, MetricDataType.HISTOGRAM, "s");
        if (metric.getType() == MetricDataType.HISTOGRAM) {
            for (HistogramPointData point : metric.getHistogramData().getPoints()) {
                if (!point.getBoundaries().equals(BUCKETS)) {
                    add(
                            "Metric " + metric.getName() + " has other buckets",
                            point.getBoundaries().toString(),
                            "give the histogram the advised boundaries " + BUCKETS + ", and set no view.");
                }
            }
        }
    }

    private void checkCounter(MetricData metric) {
        checkTypeAndUnit(metric, MetricDataType.LONG_SUM, "{message}");
        if (metric.getType() == MetricDataType.LONG_SUM
                && !metric.getLongSumData().isMonotonic()) {
            add("Metric " + metric.getName() + " is no counter", "it can go down", "use a counter.");
        }
    }

    private void checkTypeAndUnit(MetricData metric, MetricDataType type, String unit) {
        if (metric.getType() != type) {
            add(
                    "Metric " + metric.getName() + " is of the wrong type",
                    "it is a " + metric.getType(),
                    "it must be a " + type + ".");
        }
        if (!metric.getUnit().equals(unit)) {
            add(
                    "Metric " + metric.getName() + " has the wrong unit",
                    "it is \"" + Text.line(metric.getUnit(), 40) + "\"",
                    "it must be \"" + unit + "\".");
        }
    }

    private void add(String problem, String detail, String advice) {
        Finding finding = Finding.missing(problem, detail, advice);
        if (!findings.contains(finding)) {
            findings.add(finding);
        }
    }
}
