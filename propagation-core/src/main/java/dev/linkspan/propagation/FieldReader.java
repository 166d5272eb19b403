package dev.linkspan.propagation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.RandomAccess;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the fields of one message's headers in whatever spelling they have there. */
final class FieldReader<H> {

    private static final int MAX_NAMES = 1000;
    private static final int MAX_SPELLINGS = 4;

    private final HeaderCarrier<H> carrier;
    private final H headers;
    private @Nullable List<String> names;

    FieldReader(HeaderCarrier<H> carrier, H headers) {
        this.carrier = carrier;
        this.headers = headers;
    }

    /** Whether a header occurs with different values, in one spelling or in several. */
    boolean conflicting(String field, int limit) {
        Spellings spellings = new Spellings(field);
        String value = null;
        for (String name = spellings.next(); name != null; name = spellings.next()) {
            String other = carrier.get(headers, name, limit);
            if (spellings.areTooMany()
                    || carrier.conflicting(headers, name)
                    || (value != null && other != null && !other.equals(value))) {
                return true;
            }
            value = other == null ? value : other;
        }
        return false;
    }

    /** The first value, in this spelling if there is one, else in another. */
    @Nullable
    String read(String name, int limit) {
        String value = carrier.get(headers, name, limit);
        if (value != null) {
            return value;
        }
        Spellings spellings = new Spellings(name);
        for (String spelling = spellings.next(); spelling != null; spelling = spellings.next()) {
            if (!spelling.equals(name)) {
                value = carrier.get(headers, spelling, limit);
                if (value != null || spellings.areTooMany()) {
                    return value;
                }
            }
        }
        return null;
    }

    /** In what order and how often they come; a name may be null. */
    List<String> names() {
        List<String> known = names;
        if (known == null) {
            Iterable<String> all = carrier.names(headers);
            known = all instanceof List<String> list && all instanceof RandomAccess && list.size() <= MAX_NAMES
                    ? list
                    : first(MAX_NAMES, all);
            names = known;
        }
        return known;
    }

    private static List<String> first(int most, Iterable<String> all) {
        List<String> some = new ArrayList<>();
        for (String name : all) {
            if (some.size() == most) {
                break;
            }
            some.add(name);
        }
        return some;
    }

    /** The names of headers that are this one's but for upper and lower case, each once. */
    private final class Spellings {
        private final String field;
        private final List<String> all = names();
        private int position;
        private int found;
        private @Nullable String first;
        private @Nullable Set<String> others;

        Spellings(String field) {
            this.field = field;
        }

        /** Null when there are no more. */
        @Nullable
        String next() {
            while (position < all.size()) {
                String name = all.get(position++);
                if (name != null && Text.equalsIgnoringAsciiCase(name, field) && isNew(name)) {
                    found++;
                    return name;
                }
            }
            return null;
        }

        private boolean isNew(String name) {
            if (first == null) {
                first = name;
                return true;
            }
            if (first.equals(name)) {
                return false;
            }
            if (others == null) {
                others = new HashSet<>();
            }
            return others.add(name);
        }

        boolean areTooMany() {
            return found > MAX_SPELLINGS;
        }
    }
}
