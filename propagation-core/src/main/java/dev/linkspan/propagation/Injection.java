package dev.linkspan.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One writing of a context into the headers of a message that is about to be sent. Never throws. */
final class Injection<H> {

    private final Propagation propagation;
    private final HeaderCarrier<H> carrier;
    private final H headers;
    private StagedHeaders staged = StagedHeaders.NONE;
    /** What should leave; a propagator may cut it by itself. */
    private int baggageEntries;
    /** Whether it was for want of room that nothing could be written. */
    private boolean noRoom;

    int oversizedFields;
    int refusedFields;

    Injection(Propagation propagation, HeaderCarrier<H> carrier, H headers) {
        this.propagation = propagation;
        this.carrier = carrier;
        this.headers = headers;
    }

    /**
     * @param baggageKeys which baggage may leave; null for all
     * @param maxBytes how much larger the message may become, as the carrier counts
     * @param maxHeaders how many headers the message may have in all
     * @return whether the headers now carry the context; if not, they may be in any state, so send the original ones
     */
    boolean write(Context context, @Nullable Set<String> baggageKeys, long maxBytes, int maxHeaders) {
        staged = new StagedHeaders();
        try {
            propagation.propagator.inject(withLimitedBaggage(context, baggageKeys), staged, StagedHeaders.SETTER);
        } catch (Throwable t) {
            propagation.errors.add("inject", t);
            return false;
        }
        if (staged.count() == 0) {
            return false;
        }
        try {
            limitValues();
            List<String> stale = staleNames();
            if (!fit(stale, maxBytes, maxHeaders)) {
                return noRoom && writeElsewhere(context, stale);
            }
            removeAll(stale);
            for (int i = 0; i < staged.count(); i++) {
                carrier.set(headers, staged.name(i), staged.value(i));
            }
            return true;
        } catch (Throwable t) {
            propagation.errors.add("carrier.set", t);
            return false;
        }
    }

    /** What is stale goes even so: a consumer looks at the headers first. */
    private boolean writeElsewhere(Context context, List<String> stale) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid() || !carrier.setBrokerContext(headers, span)) {
            return false;
        }
        removeAll(stale);
        return true;
    }

    private void removeAll(List<String> names) {
        for (String name : names) {
            carrier.remove(headers, name);
        }
    }

    static boolean isAny(Iterable<String> names) {
        return names instanceof Collection<?> all
                ? !all.isEmpty()
                : names.iterator().hasNext();
    }

    private Context withLimitedBaggage(Context context, @Nullable Set<String> keys) {
        Baggage baggage = Baggage.fromContext(context);
        if (baggage.isEmpty()) {
            return context;
        }
        Baggage allowed = keys == null ? baggage : BaggageFilter.only(keys, baggage);
        baggageEntries = allowed.size();
        if (baggageEntries > FieldLimits.BAGGAGE_ENTRIES) {
            allowed = BaggageFilter.first(FieldLimits.BAGGAGE_ENTRIES, allowed);
        }
        return allowed == baggage ? context : context.with(allowed);
    }

    private void limitValues() {
        for (int i = staged.count() - 1; i >= 0; i--) {
            String value = staged.value(i);
            switch (Text.asciiLowerCase(staged.name(i))) {
                case "tracestate" -> replace(i, FieldLimits.cutTraceState(value));
                case "baggage" -> limitBaggage(i, value);
                default -> {
                    if (value.length() > FieldLimits.FIELD_BYTES) {
                        replace(i, "");
                    }
                }
            }
        }
    }

    private void limitBaggage(int i, String value) {
        String limited = FieldLimits.Baggage.of(value).value();
        if (limited.length() == value.length() && FieldLimits.Baggage.entries(value) < baggageEntries) {
            oversizedFields++;
        }
        replace(i, limited);
    }

    private void replace(int i, String value) {
        if (value.length() < staged.value(i).length()) {
            oversizedFields++;
            if (value.isEmpty()) {
                staged.remove(i);
            } else {
                staged.replace(i, value);
            }
        }
    }

    private List<String> staleNames() {
        List<String> stale = List.of();
        for (String name : carrier.names(headers)) {
            if (name != null && propagation.isField(Text.asciiLowerCase(name)) && !stale.contains(name)) {
                if (stale.isEmpty()) {
                    stale = new ArrayList<>(4);
                }
                stale.add(name);
            }
        }
        return stale;
    }

    /** The trace fields go all or none; then tracestate, then baggage, each if there is still room. */
    private boolean fit(List<String> stale, long maxBytes, int maxHeaders) {
        long bytes = maxBytes;
        int slots = maxHeaders;
        if (maxHeaders != Integer.MAX_VALUE) {
            for (String name : carrier.names(headers)) {
                if (name == null || !stale.contains(name)) {
                    slots--;
                }
            }
        }
        if (maxBytes != Long.MAX_VALUE) {
            for (String name : stale) {
                String value = carrier.get(headers, name, FieldLimits.FIELD_BYTES);
                // bytes that are no UTF-8 grow threefold when decoded, and would seem to free more than they do
                if (value == null || Text.isPrintableAscii(value)) {
                    bytes += carrier.size(name, value == null ? "" : value);
                }
            }
        }
        boolean traceFields = false;
        for (int i = staged.count() - 1; i >= 0; i--) {
            boolean optional = propagation.isOptional(Text.asciiLowerCase(staged.name(i)));
            if (!carrier.accepts(staged.name(i), staged.value(i))) {
                refusedFields++;
                if (!optional) {
                    return false;
                }
                staged.remove(i);
            } else if (!optional) {
                traceFields = true;
                slots--;
                bytes -= carrier.size(staged.name(i), staged.value(i));
            }
        }
        if (slots < 0 || bytes < 0) {
            noRoom = true;
            oversizedFields++;
            return false;
        }
        return keepOptional(bytes, slots) || traceFields;
    }

    private boolean keepOptional(long maxBytes, int maxHeaders) {
        long bytes = maxBytes;
        int slots = maxHeaders;
        long total = FieldLimits.OPTIONAL_CHARS;
        // baggage in many headers is no more than in one
        long values = FieldLimits.FIELD_BYTES;
        boolean any = false;
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < staged.count(); i++) {
                String lower = Text.asciiLowerCase(staged.name(i));
                if (!propagation.isOptional(lower) || lower.equals("tracestate") != (pass == 0)) {
                    continue;
                }
                int size = carrier.size(staged.name(i), staged.value(i));
                int value = staged.value(i).length();
                int length = staged.name(i).length() + value;
                if (size <= bytes && slots > 0 && length <= total && (pass == 0 || value <= values)) {
                    bytes -= size;
                    total -= length;
                    values -= pass == 0 ? 0 : value;
                    slots--;
                    any = true;
                } else {
                    oversizedFields++;
                    staged.remove(i--);
                }
            }
        }
        return any;
    }
}
