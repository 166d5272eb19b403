package dev.linkspan.testing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.LinkData;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether messaging spans follow the messaging conventions v1.44.0. */
final class Conventions {

    private final boolean oldNames;
    private final List<Finding> findings = new ArrayList<>();

    private Conventions(boolean oldNames) {
        this.oldNames = oldNames;
    }

    /** @param oldNames whether deprecated names may stand beside their heirs */
    static List<Finding> check(Traces traces, boolean oldNames) {
        Conventions conventions = new Conventions(oldNames);
        for (SpanNode span : traces.spans()) {
            if (span.isMessaging()) {
                conventions.check(span);
            }
        }
        return conventions.findings;
    }

    private void check(SpanNode span) {
        new AttributeConventions(span, oldNames, findings).check(span.data.getAttributes(), "");
        Set<String> ofLinks = new TreeSet<>();
        for (LinkData link : span.data.getLinks()) {
            if (ofLinks.add(link.getAttributes().asMap().keySet().toString())) {
                new AttributeConventions(span, oldNames, findings).check(link.getAttributes(), " on a link");
            }
        }
        checkOperation(span);
        checkName(span);
        checkDestination(span);
        checkBatch(span);
        checkError(span);
        checkSchema(span);
    }

    private void checkOperation(SpanNode span) {
        String system = required(span, Keys.SYSTEM);
        required(span, Keys.OPERATION_NAME);
        String type = required(span, Keys.OPERATION_TYPE);
        String newSystem = system == null ? null : ConventionTable.DEPRECATED_SYSTEMS.get(system);
        if (newSystem != null) {
            add(span, "messaging.system " + system + " is deprecated", "", "write " + newSystem + ".");
        }
        if (type == null) {
            return;
        }
        String newType = ConventionTable.DEPRECATED_OPERATION_TYPES.get(type);
        if (newType != null) {
            add(span, "messaging.operation.type " + type + " is deprecated", "", "write " + newType + ".");
        }
        Set<SpanKind> kinds = switch (type) {
            case "create" -> Set.of(SpanKind.PRODUCER);
            case "send", "publish" -> Set.of(SpanKind.PRODUCER, SpanKind.CLIENT);
            case "receive", "settle" -> Set.of(SpanKind.CLIENT);
            case "process", "deliver" -> Set.of(SpanKind.CONSUMER);
            default -> Set.of(SpanKind.values());
        };
        if (!kinds.contains(span.data.getKind())) {
            add(
                    span,
                    "A span of type " + type + " has the wrong kind",
                    "it is " + span.data.getKind(),
                    type.equals("send")
                            ? "make it PRODUCER if messages carry its context, else CLIENT."
                            : "make it " + kinds.iterator().next() + ".");
        }
    }

    private <T> @Nullable T required(SpanNode span, AttributeKey<T> key) {
        T value = span.get(key);
        if (value == null || value.toString().isEmpty()) {
            // of another type, it has been told already
            if (AttributeConventions.valueOf(span.data.getAttributes(), key.getKey()) == null || value != null) {
                add(
                        span,
                        "Attribute " + key.getKey() + " is missing",
                        "",
                        "every messaging span has it; set it at start.");
            }
            return null;
        }
        return value;
    }

    private void checkName(SpanNode span) {
        String operation = span.get(Keys.OPERATION_NAME);
        if (operation == null) {
            return;
        }
        String template = span.get(Keys.TEMPLATE);
        String destination = span.get(Keys.DESTINATION);
        boolean shortLived = isTrue(span.get(Keys.TEMPORARY)) || isTrue(span.get(Keys.ANONYMOUS));
        String expected = operation;
        String also = operation;
        if (template != null) {
            expected = also = operation + " " + template;
        } else if (destination != null && !shortLived) {
            expected = also = operation + " " + destination;
        } else if (destination == null && span.get(Keys.SERVER_ADDRESS) != null) {
            Long port = span.get(Keys.SERVER_PORT);
            also = operation + " " + span.get(Keys.SERVER_ADDRESS) + (port == null ? "" : ":" + port);
        }
        String name = span.data.getName();
        if (!name.equals(expected) && !name.equals(also)) {
            add(
                    span,
                    "A span's name is not {messaging.operation.name} {destination}",
                    "expected \"" + Text.line(expected, 80) + "\"",
                    "name it so; the destination is its template if it has one, and left out if it is temporary,"
                            + " anonymous, or not the same for all messages.");
        }
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Objects.equals(value, true);
    }

    private void checkDestination(SpanNode span) {
        String type = span.get(Keys.OPERATION_TYPE);
        boolean single = span.get(Keys.BATCH_COUNT) == null
                && ("create".equals(type) || "send".equals(type) || "process".equals(type));
        if (single && span.get(Keys.DESTINATION) == null && span.get(Keys.TEMPLATE) == null) {
            add(
                    span,
                    "Attribute messaging.destination.name is missing",
                    "",
                    "a span of one message has it; set it at start.");
        }
    }

    private void checkBatch(SpanNode span) {
        Long count = span.get(Keys.BATCH_COUNT);
        if (count == null) {
            return;
        }
        if ("create".equals(span.get(Keys.OPERATION_TYPE))) {
            add(
                    span,
                    "A Create span has messaging.batch.message_count",
                    Text.count(count, "message"),
                    "a Create span is of one message: leave the count out.");
        }
        for (String name : count == 1 ? List.<String>of() : ConventionTable.OF_ONE_MESSAGE) {
            if (AttributeConventions.valueOf(span.data.getAttributes(), name) != null) {
                add(
                        span,
                        "A batch's span has an attribute of one message, " + name,
                        Text.count(count, "message"),
                        "put it on the message's link; if the span is of one message, leave"
                                + " messaging.batch.message_count out.");
            }
        }
    }

    private void checkError(SpanNode span) {
        boolean failed = span.data.getStatus().getStatusCode() == StatusCode.ERROR;
        String type = span.get(Keys.ERROR_TYPE);
        if (failed && type == null) {
            add(
                    span,
                    "A span has status ERROR and no error.type",
                    "",
                    "set error.type to the exception's class name or the broker's error code.");
        } else if (!failed && type != null) {
            add(
                    span,
                    "A span has error.type and not status ERROR",
                    "error.type " + Text.line(type, 80),
                    "set the status to ERROR if the operation failed, else leave error.type out.");
        }
    }

    private void checkSchema(SpanNode span) {
        String problem =
                SchemaUrl.problem(span.data.getInstrumentationScopeInfo().getSchemaUrl());
        if (problem != null) {
            add(
                    span,
                    problem,
                    "scope " + Text.line(span.data.getInstrumentationScopeInfo().getName(), 80),
                    SchemaUrl.ADVICE);
        }
    }

    private void add(SpanNode span, String problem, String detail, String advice) {
        findings.add(finding(span, problem, detail, advice));
    }

    /** The drawing names the problem too, which the detail alone would not say. */
    static Finding finding(SpanNode span, String problem, String detail, String advice) {
        return Finding.at(span, problem, detail, advice).note(detail.isEmpty() ? problem : problem + ": " + detail);
    }
}
