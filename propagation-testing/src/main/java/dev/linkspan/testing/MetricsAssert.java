package dev.linkspan.testing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on the messaging metrics of one test. Start with {@link LinkspanAssertions#assertThatMetrics}. Not
 * thread-safe.
 */
public final class MetricsAssert extends AbstractAssert<MetricsAssert, List<MetricData>> {

    MetricsAssert(Collection<? extends MetricData> metrics) {
        super(new ArrayList<MetricData>(metrics), MetricsAssert.class);
    }

    /**
     * Every metric under {@code messaging.} is one of the four that OpenTelemetry's messaging conventions v1.44.0 define,
     * with their type, unit, buckets and attributes, and a schema URL. Other metrics are not looked at.
     */
    public MetricsAssert followsConventions() {
        List<Finding> findings = MetricConventions.check(actual);
        if (!findings.isEmpty()) {
            failWithMessage("%s", Report.problems("messaging metrics follow the conventions v1.44.0", findings));
        }
        return this;
    }

    /**
     * {@code messaging.client.sent.messages} counts so many for a destination, failed ones included.
     *
     * @param destination name or template
     * @param messages in total, over all clients
     */
    public MetricsAssert hasSent(String destination, long messages) {
        return hasTotal(MetricConventions.SENT, destination, messages);
    }

    /**
     * {@code messaging.client.consumed.messages} counts so many for a destination: each delivery once, whether it was seen
     * by a receive, by a process span or by both.
     *
     * @param destination name or template
     * @param messages in total, over all clients
     */
    public MetricsAssert hasConsumed(String destination, long messages) {
        return hasTotal(MetricConventions.CONSUMED, destination, messages);
    }

    /**
     * A counter adds up to so much over all its attributes.
     *
     * @param metric a counter of whole numbers, such as {@code linkspan.links.left_out}; one that is not there counts 0
     * @param total what all its points add up to
     */
    public MetricsAssert hasTotal(String metric, long total) {
        Map<String, Long> found = totals(requireNonNull(metric, "metric must be a metric's name"), null);
        return checkTotal(metric, total, found);
    }

    private MetricsAssert hasTotal(String metric, String destination, long messages) {
        requireNonNull(destination, "destination must be the name of a destination");
        return checkTotal(metric + " of \"" + destination + "\"", messages, totals(metric, destination));
    }

    private MetricsAssert checkTotal(String what, long expected, Map<String, Long> found) {
        long total = found.values().stream().mapToLong(Long::longValue).sum();
        if (total != expected) {
            StringBuilder points = new StringBuilder();
            found.forEach((attributes, value) ->
                    points.append("\n   - ").append(value).append(" with ").append(attributes));
            failWithMessage(
                    "%s",
                    "Expected that " + what + " is " + Text.number(expected) + ", but it is " + Text.number(total)
                            + (found.isEmpty() ? ": it has no points. There are " + names() : ":" + points));
        }
        return this;
    }

    private Map<String, Long> totals(String metric, @Nullable String destination) {
        Map<String, Long> totals = new TreeMap<>();
        for (MetricData data : actual) {
            if (data.getName().equals(metric) && data.getType() == MetricDataType.LONG_SUM) {
                for (LongPointData point : data.getLongSumData().getPoints()) {
                    if (destination == null
                            || destination.equals(point.getAttributes().get(Keys.DESTINATION))
                            || destination.equals(point.getAttributes().get(Keys.TEMPLATE))) {
                        totals.merge(
                                new LinkedHashMap<>(point.getAttributes().asMap()).toString(),
                                point.getValue(),
                                Long::sum);
                    }
                }
            }
        }
        return totals;
    }

    private String names() {
        return actual.isEmpty()
                ? "no metrics."
                : "metrics "
                        + actual.stream()
                                .map(MetricData::getName)
                                .sorted()
                                .distinct()
                                .toList() + ".";
    }
}
