package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The configured propagator, and what was learned of the header names it uses. */
final class Propagation {

    private static final List<String> B3_SPELLED =
            List.of("b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags");
    private static final List<String> B3 =
            B3_SPELLED.stream().map(Text::asciiLowerCase).toList();
    private static final String TRIAL_KEY = "linkspan.trial";

    /** Whether a header has the name of a W3C field, in any case. */
    static final Predicate<String> W3C_FIELD = Propagation::isW3cField;

    final TextMapPropagator propagator;
    final TelemetryErrors errors;
    /** Whether it is OpenTelemetry's own for W3C's fields, and nothing besides. */
    final boolean isW3c;
    /** What says which span made a message. These three in ASCII lower case. */
    private final Set<String> traceFields = new HashSet<>(B3);

    private final Set<String> fields = new HashSet<>(B3);
    private final Set<String> prefixes = new HashSet<>();
    /** As the propagator spells them, for brokers that tell upper from lower case and must be asked. */
    final Set<String> spelledFields = new LinkedHashSet<>();

    final Set<String> spelledPrefixes = new LinkedHashSet<>();

    Propagation(TextMapPropagator propagator, TelemetryErrors errors) {
        this.propagator = propagator;
        this.errors = errors;
        this.isW3c = isW3c(propagator);
        try {
            Collection<String> declared = propagator.fields();
            if (declared != null) {
                declared.forEach(this::learn);
            }
        } catch (Throwable t) {
            errors.add("propagator.fields", t);
        }
        try {
            learnFromTrials();
        } catch (Throwable t) {
            errors.add("inject", t);
            fields.stream()
                    .filter(name -> !name.equals("baggage") && !name.equals("tracestate"))
                    .forEach(traceFields::add);
        }
    }

    /**
     * Whether the propagator surely is what OpenTelemetry ships for W3C trace context, alone or with W3C baggage. A composite
     * does not tell its parts; where they cannot be looked at, the answer is no.
     */
    private static boolean isW3c(TextMapPropagator propagator) {
        TextMapPropagator trace = W3CTraceContextPropagator.getInstance();
        TextMapPropagator baggage = W3CBaggagePropagator.getInstance();
        if (propagator == trace) {
            return true;
        }
        if (propagator.getClass() != TextMapPropagator.composite(trace, baggage).getClass()) {
            return false;
        }
        try {
            boolean found = false;
            for (Field field : propagator.getClass().getDeclaredFields()) {
                if (field.getType() == TextMapPropagator[].class) {
                    field.setAccessible(true);
                    TextMapPropagator[] parts = (TextMapPropagator[]) requireNonNull(field.get(propagator));
                    for (TextMapPropagator part : parts) {
                        if (part != trace && part != baggage) {
                            return false;
                        }
                        found |= part == trace;
                    }
                }
            }
            return found;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }

    private static boolean isW3cField(String name) {
        return switch (name.length()) {
            case 7 -> Text.equalsIgnoringAsciiCase(name, "baggage");
            case 10 -> Text.equalsIgnoringAsciiCase(name, "tracestate");
            case 11 -> name.equals(TraceParent.NAME) || Text.equalsIgnoringAsciiCase(name, TraceParent.NAME);
            default -> false;
        };
    }

    /**
     * Not every propagator says in {@code fields()} all that it writes: baggage in particular goes unsaid. Nor does it say
     * what of it is the span: that is what it writes with a span and not without.
     */
    private void learnFromTrials() {
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        Context withSpan = Context.root().with(Span.wrap(span));
        Set<String> withoutSpan = trial(Context.root());
        for (String name : trial(withSpan)) {
            learn(name);
            if (!withoutSpan.contains(name)) {
                traceFields.add(Text.asciiLowerCase(name));
            }
        }
        Baggage baggage = Baggage.builder().put(TRIAL_KEY, "1").build();
        trial(withSpan.with(baggage)).forEach(this::learn);
    }

    private Set<String> trial(Context context) {
        StagedHeaders staged = new StagedHeaders();
        propagator.inject(context, staged, StagedHeaders.SETTER);
        return new LinkedHashSet<>(staged.names());
    }

    private void learn(@Nullable String field) {
        if (field == null) {
            return;
        }
        String name = Text.asciiLowerCase(field);
        if (name.endsWith(TRIAL_KEY)) {
            String prefix = field.substring(0, field.length() - TRIAL_KEY.length());
            if (!prefix.isEmpty()) {
                prefixes.add(Text.asciiLowerCase(prefix));
                spelledPrefixes.add(prefix);
            }
        } else {
            fields.add(name);
            spelledFields.add(field);
            if (B3.contains(name)) {
                // readers accept either form, whichever they write
                spelledFields.addAll(B3_SPELLED);
            }
        }
    }

    /** Whether a message may go without this field and still be linked. */
    boolean isOptional(String lowerCaseName) {
        return !isTraceField(lowerCaseName);
    }

    boolean isTraceField(String lowerCaseName) {
        return traceFields.contains(lowerCaseName);
    }

    /** Whether a header belongs to propagation, ours or the one that wrote before us. */
    boolean isField(String lowerCaseName) {
        return fields.contains(lowerCaseName) || hasPrefix(lowerCaseName);
    }

    private boolean hasPrefix(String lowerCaseName) {
        for (String prefix : prefixes) {
            if (lowerCaseName.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
