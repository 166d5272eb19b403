package dev.linkspan.propagation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import java.util.Set;
import java.util.function.Predicate;

/** Baggage with some of its entries. */
final class BaggageFilter {

    private BaggageFilter() {}

    static Baggage only(Set<String> keys, Baggage baggage) {
        return filter(baggage, keys::contains);
    }

    static Baggage first(int entries, Baggage baggage) {
        int[] count = {0};
        return filter(baggage, key -> count[0]++ < entries);
    }

    private static Baggage filter(Baggage baggage, Predicate<String> keys) {
        BaggageBuilder kept = Baggage.builder();
        baggage.forEach((key, entry) -> {
            if (keys.test(key)) {
                kept.put(key, entry.getValue(), entry.getMetadata());
            }
        });
        return kept.build();
    }
}
