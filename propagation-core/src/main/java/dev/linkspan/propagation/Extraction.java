package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One reading of one message's headers through the propagator, bounded and guarded. Never throws. */
final class Extraction<H> {

    /** What the headers said of the producer. */
    enum Outcome {
        LINKED,
        /** No trace field at all: the producer did not inject. */
        MISSING,
        /** A trace field, but nothing valid in it. */
        MALFORMED,
        /** A trace field too long to be read. */
        OVERSIZED;

        final String value = Text.asciiLowerCase(name());
    }

    private static final TextMapGetter<Extraction<?>> GETTER = new Getter();

    private final Propagation propagation;
    private final HeaderCarrier<H> carrier;
    private final H headers;
    private @Nullable FieldReader<H> fields;
    private @Nullable Boolean conflictingTraceparent;
    private boolean present;
    private boolean traceFieldOversized;
    private int served;

    private Context context;
    private SpanContext spanContext = SpanContext.getInvalid();
    private Outcome outcome = Outcome.MISSING;
    int oversizedFields;
    int conflictingFields;
    int malformedFields;

    private Extraction(Propagation propagation, HeaderCarrier<H> carrier, H headers, Context ambient) {
        this.propagation = propagation;
        this.carrier = carrier;
        this.headers = headers;
        this.context = ambient;
    }

    /** @param ambient a span in it is not taken for the message's */
    static <H> Extraction<H> of(Propagation propagation, HeaderCarrier<H> carrier, H headers, Context ambient) {
        byte[] value = TraceParent.peekAlone(propagation, carrier, headers);
        TraceParent alone = new TraceParent();
        if (value == null || !alone.read(value)) {
            return ofAllFields(propagation, carrier, headers, ambient);
        }
        Extraction<H> extraction = new Extraction<>(propagation, carrier, headers, ambient);
        extraction.spanContext = alone.toSpanContext(value);
        extraction.outcome = Outcome.LINKED;
        return extraction;
    }

    /** Where it is known that a plain traceparent does not stand alone. */
    static <H> Extraction<H> ofAllFields(
            Propagation propagation, HeaderCarrier<H> carrier, H headers, Context ambient) {
        Extraction<H> extraction = new Extraction<>(propagation, carrier, headers, ambient);
        extraction.run();
        return extraction;
    }

    private void run() {
        try {
            // with it, a message without a context would seem to come from the ambient span
            context = Span.fromContextOrNull(context) == null ? context : context.with(Span.getInvalid());
            Context extracted = requireNonNull(
                    propagation.propagator.extract(context, this, GETTER), "the propagator's extract returned null");
            spanContext = Span.fromContext(extracted).getSpanContext();
            context = extracted;
        } catch (Throwable t) {
            propagation.errors.add("extract", t);
        }
        if (!spanContext.isValid()) {
            spanContext = brokerContext();
        }
        if (spanContext.isValid()) {
            outcome = Outcome.LINKED;
        } else if (traceFieldOversized) {
            outcome = Outcome.OVERSIZED;
        } else if (present) {
            outcome = Outcome.MALFORMED;
        }
    }

    /** Most messages need none. */
    private FieldReader<H> fields() {
        FieldReader<H> known = fields;
        if (known == null) {
            known = new FieldReader<>(carrier, headers);
            fields = known;
        }
        return known;
    }

    private SpanContext brokerContext() {
        try {
            SpanContext found = carrier.brokerContext(headers);
            return found == null ? SpanContext.getInvalid() : found;
        } catch (Throwable t) {
            propagation.errors.add("carrier.brokerContext", t);
            return SpanContext.getInvalid();
        }
    }

    /** What the propagator made of the ambient context, but for the span. */
    Context context() {
        return context;
    }

    /** The creation context; invalid if there is none. */
    SpanContext spanContext() {
        return spanContext;
    }

    Outcome outcome() {
        return outcome;
    }

    boolean hasRejections() {
        return oversizedFields + conflictingFields + malformedFields > 0;
    }

    private @Nullable String field(String name) {
        String lower = Text.asciiLowerCase(name);
        int limit = lower.equals("traceparent") ? FieldLimits.TRACEPARENT_BYTES : FieldLimits.FIELD_BYTES;
        String value = fields().read(name, limit);
        if (value == null) {
            return null;
        }
        boolean traceField = propagation.isTraceField(lower);
        present |= traceField && !lower.equals("tracestate");
        return switch (lower) {
            case "baggage" -> baggage(value);
            case "tracestate" -> traceState(value);
            default -> other(lower, value, limit, traceField);
        };
    }

    private @Nullable String other(String name, String value, int limit, boolean traceField) {
        // of text that is no ASCII, replaced bytes count more here than they did in the message
        boolean oversized = traceField ? value.length() > limit : Text.utf8Length(value) > limit;
        if (oversized) {
            oversizedFields++;
            traceFieldOversized |= traceField;
            return null;
        }
        if (traceField && !Text.isPrintableAscii(value)) {
            malformedFields++;
            return null;
        }
        if (name.equals("traceparent") && conflictingTraceparent()) {
            conflictingFields++;
        }
        return serve(value);
    }

    private @Nullable String traceState(String value) {
        // a tracestate belongs to one traceparent; with several we cannot tell to which
        if (conflictingTraceparent() || !Text.isPrintableAscii(value)) {
            malformedFields++;
            return null;
        }
        String cut = FieldLimits.cutTraceState(value);
        if (cut.length() < value.length()) {
            oversizedFields++;
        }
        return serve(cut);
    }

    private @Nullable String baggage(String value) {
        FieldLimits.Baggage baggage = FieldLimits.Baggage.of(value);
        malformedFields += baggage.malformed();
        oversizedFields += baggage.oversized() > 0 ? 1 : 0;
        return baggage.value().isEmpty() ? null : serve(baggage.value());
    }

    private @Nullable String serve(String value) {
        served += value.length();
        if (served > FieldLimits.TOTAL_BYTES) {
            oversizedFields++;
            return null;
        }
        return value;
    }

    private boolean conflictingTraceparent() {
        if (conflictingTraceparent == null) {
            conflictingTraceparent = fields().conflicting("traceparent", FieldLimits.TRACEPARENT_BYTES);
        }
        return conflictingTraceparent;
    }

    private static final class Getter implements TextMapGetter<Extraction<?>> {

        @Override
        public Iterable<String> keys(Extraction<?> extraction) {
            try {
                List<String> names = new ArrayList<>(extraction.fields().names());
                names.removeIf(Objects::isNull);
                return names;
            } catch (Throwable t) {
                extraction.propagation.errors.add("carrier.names", t);
                return List.of();
            }
        }

        @Override
        public @Nullable String get(@Nullable Extraction<?> extraction, @Nullable String key) {
            if (extraction == null || key == null) {
                return null;
            }
            try {
                return extraction.field(key);
            } catch (Throwable t) {
                extraction.propagation.errors.add("carrier.get", t);
                return null;
            }
        }
    }
}
