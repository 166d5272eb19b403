package dev.linkspan.propagation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One operation on one destination: all that is the same for each message of it, built once. */
final class DestinationOperation {

    private static final int NAME_LENGTH = 256;

    final Operation<?> operation;
    final @Nullable String destination;
    final MessagingPolicy policy;
    private final String spanName;
    /** What samplers see, and what every span of this operation has. */
    private final FixedAttributes spanAttributes;

    private final Attributes metricAttributes;
    private final Attributes durationAttributes;
    private final Attributes linkspanAttributes;
    /** There are few outcomes, and one for each message. */
    private final ConcurrentHashMap<String, Attributes> attributesByOutcome = new ConcurrentHashMap<>();

    DestinationOperation(
            Operation<?> operation,
            @Nullable String destinationName,
            @Nullable String destinationTemplate,
            boolean temporary,
            boolean anonymous,
            MessagingPolicy policy) {
        this.operation = operation;
        this.policy = policy;
        destination = cut(destinationName);
        String template = cut(destinationTemplate);
        String nameInSpan = template != null ? template : temporary || anonymous ? null : destination;
        spanName = nameInSpan == null ? operation.name : operation.name + " " + nameInSpan;
        if (operation.type == Semconv.Type.JOB) {
            spanAttributes = new FixedAttributes(Attributes.empty());
            metricAttributes = durationAttributes = linkspanAttributes = Attributes.empty();
            return;
        }

        AttributesBuilder common =
                Attributes.builder().put(Semconv.SYSTEM, operation.system).put(Semconv.OPERATION_NAME, operation.name);
        putIfKnown(common, Semconv.DESTINATION_TEMPLATE, template);
        ClientFacts facts = operation.facts;
        if (facts.serverAddress != null) {
            common.put(Semconv.SERVER_ADDRESS, facts.serverAddress);
            if (facts.serverPort > 0) {
                common.put(Semconv.SERVER_PORT, facts.serverPort);
            }
        }
        Attributes shared = common.build();

        AttributesBuilder span = shared.toBuilder().put(Semconv.OPERATION_TYPE, operation.type.value);
        putIfKnown(span, Semconv.DESTINATION_NAME, destination);
        if (temporary) {
            span.put(Semconv.DESTINATION_TEMPORARY, true);
        }
        if (anonymous) {
            span.put(Semconv.DESTINATION_ANONYMOUS, true);
        }
        if (operation.type != Semconv.Type.CREATE) {
            putIfKnown(span, Semconv.CLIENT_ID, facts.clientId);
        }
        putIfKnown(span, Semconv.CONSUMER_GROUP, facts.consumerGroup);
        span.putAll(facts.attributes);
        if (operation.writesOldNames) {
            putIfKnown(span, Semconv.OLD_OPERATION, operation.type.old);
            putIfKnown(span, Semconv.OLD_CLIENT_ID, facts.clientId);
            span.putAll(facts.oldAttributes);
        }
        spanAttributes = new FixedAttributes(span.build());

        AttributesBuilder metric = shared.toBuilder();
        AttributesBuilder own = Attributes.builder().put(Semconv.SYSTEM, operation.system);
        if (template == null && !temporary && !anonymous) {
            putIfKnown(metric, Semconv.DESTINATION_NAME, destination);
            putIfKnown(own, Semconv.DESTINATION_NAME, destination);
        }
        putIfKnown(own, Semconv.DESTINATION_TEMPLATE, template);
        putIfKnown(metric, Semconv.CONSUMER_GROUP, facts.consumerGroup);
        metricAttributes = metric.build();
        durationAttributes = operation.type == Semconv.Type.PROCESS
                ? metricAttributes
                : metric.put(Semconv.OPERATION_TYPE, operation.type.value).build();
        linkspanAttributes = own.build();
    }

    /** Where destinations are too many to be remembered, each message has an object of its own. */
    boolean isSameAs(DestinationOperation other) {
        return this == other
                || (destination != null
                        && destination.equals(other.destination)
                        && operation.facts == other.operation.facts);
    }

    /** A name says which destination it is, so a policy that cuts other attributes shorter does not cut names. */
    private @Nullable String cut(@Nullable String name) {
        return name == null ? null : Text.cut(name, Math.max(NAME_LENGTH, policy.attributeLength));
    }

    private static void putIfKnown(AttributesBuilder builder, AttributeKey<String> key, @Nullable String value) {
        if (value != null) {
            builder.put(key, value);
        }
    }

    /**
     * Starts a span of one message; where telemetry fails, an invalid one.
     *
     * @param parent the context whose span is the parent; without a span in it, the span is a root
     * @param link invalid for none
     */
    Span startSpan(Context parent, SpanKind kind, SpanContext link, @Nullable String partition) {
        try {
            SpanBuilder builder = builder(parent, kind, partition);
            if (link.isValid()) {
                builder.addLink(link);
            }
            return builder.startSpan();
        } catch (Throwable t) {
            return failed(t);
        }
    }

    /**
     * Starts a span of many messages; where telemetry fails, an invalid one.
     *
     * @param parent the context whose span is the parent; without a span in it, the span is a root
     * @param links in the order in which they are to stand
     * @param startEpochNanos 0 for now
     */
    Span startSpan(Context parent, SpanKind kind, List<Link> links, @Nullable String partition, long startEpochNanos) {
        try {
            SpanBuilder builder = builder(parent, kind, partition);
            for (int i = 0; i < links.size(); i++) {
                Link link = links.get(i);
                builder.addLink(link.context(), link.attributes());
            }
            if (startEpochNanos > 0) {
                builder.setStartTimestamp(startEpochNanos, TimeUnit.NANOSECONDS);
            }
            return builder.startSpan();
        } catch (Throwable t) {
            return failed(t);
        }
    }

    private SpanBuilder builder(Context parent, SpanKind kind, @Nullable String partition) {
        SpanBuilder builder = operation
                .instruments
                .tracer
                .spanBuilder(spanName)
                .setParent(parent)
                .setSpanKind(kind);
        spanAttributes.addTo(builder);
        if (partition != null) {
            builder.setAttribute(Semconv.PARTITION_ID, cut(partition));
        }
        return builder;
    }

    private Span failed(Throwable error) {
        operation.telemetry.errors.add("span.start", error);
        return Span.getInvalid();
    }

    /** The context with the span in it; where there is none, the context itself. */
    static Context with(Context context, Span span) {
        return span.getSpanContext().isValid() ? context.with(span) : context;
    }

    /** The context with this span in it, and no other. */
    static Context withOnly(Context context, Span span) {
        return Span.fromContext(context) == span ? context : context.with(span);
    }

    /** A link to be. */
    record Link(SpanContext context, Attributes attributes) {

        Link(SpanContext context) {
            this(context, Attributes.empty());
        }
    }

    /** Neither a creation nor a job has a metric in the conventions. */
    void duration(long nanos, @Nullable String errorType, Context context) {
        if (operation.instruments.isNoop
                || operation.type == Semconv.Type.CREATE
                || operation.type == Semconv.Type.JOB) {
            return;
        }
        operation.instruments.duration(operation.type, nanos, withError(durationAttributes, errorType), context);
    }

    void sent(long messages, @Nullable String errorType) {
        operation.instruments.sent(messages, withError(metricAttributes, errorType));
    }

    void consumed(long messages) {
        operation.instruments.consumed(messages, metricAttributes);
    }

    void extracted(long messages, Extraction.Outcome outcome) {
        if (messages > 0 && !operation.instruments.isNoop) {
            operation.instruments.extracted(messages, withOutcome(outcome.value));
        }
    }

    void injected(String outcome) {
        operation.instruments.injected(1, withOutcome(outcome));
    }

    void linksLeftOut(long messages) {
        operation.instruments.linksLeftOut(messages, linkspanAttributes);
    }

    void rejected(int fields, String reason) {
        if (fields > 0) {
            operation.instruments.rejected(fields, with(Semconv.REASON, reason));
        }
    }

    void rejected(Extraction<?> extraction) {
        if (extraction.hasRejections()) {
            rejected(extraction.oversizedFields, "oversized");
            rejected(extraction.conflictingFields, "conflicting");
            rejected(extraction.malformedFields, "malformed");
        }
    }

    private static Attributes withError(Attributes attributes, @Nullable String errorType) {
        return errorType == null
                ? attributes
                : attributes.toBuilder().put(Semconv.ERROR_TYPE, errorType).build();
    }

    private Attributes withOutcome(String outcome) {
        Attributes known = attributesByOutcome.get(outcome);
        return known != null
                ? known
                : attributesByOutcome.computeIfAbsent(outcome, value -> with(Semconv.OUTCOME, value));
    }

    private Attributes with(AttributeKey<String> key, String value) {
        return linkspanAttributes.toBuilder().put(key, value).build();
    }
}
