package dev.linkspan.propagation;

/**
 * How much of a header reaches a propagator, and what of it. Older propagators take seconds over a long tracestate, throw
 * on a traceparent that is no ASCII, and write a warning per broken baggage member.
 */
final class FieldLimits {

    static final int TRACEPARENT_BYTES = 256;
    static final int TRACESTATE_CHARS = 512;
    static final int FIELD_BYTES = 8192;
    static final int BAGGAGE_ENTRIES = 64;
    /** Written beside the trace fields, names included: a tracestate and baggage, in one header or in many. */
    static final int OPTIONAL_CHARS = TRACESTATE_CHARS + FIELD_BYTES + 64;
    /** Of one message, over all fields: a propagator that asks for every header must not read them all. */
    static final int TOTAL_BYTES = 2 * FIELD_BYTES;

    private static final int LONG_TRACESTATE_ENTRY = 128;

    private FieldLimits() {}

    /** Whole entries only; those over 128 characters go first, then from the right (W3C Trace Context, section 3.3.1.5). */
    static String cutTraceState(String value) {
        if (value.length() <= TRACESTATE_CHARS) {
            return value;
        }
        // the last entry of what a carrier cut is itself only a part
        int end = value.length() > FIELD_BYTES ? Math.max(0, value.lastIndexOf(',')) : value.length();
        int longFrom = withoutLongEntriesFrom(value, end);
        StringBuilder kept = new StringBuilder(TRACESTATE_CHARS);
        for (int start = 0; start <= end; ) {
            int stop = endOfEntry(value, start, end);
            boolean left = isBlank(value, start, stop) || (start >= longFrom && stop - start > LONG_TRACESTATE_ENTRY);
            if (!left) {
                if (kept.length() + (kept.length() == 0 ? 0 : 1) + stop - start > TRACESTATE_CHARS) {
                    break;
                }
                (kept.length() == 0 ? kept : kept.append(',')).append(value, start, stop);
            }
            start = stop + 1;
        }
        return kept.toString();
    }

    /** Where to begin leaving out long entries so that the rest fits, or as much of it as that can do. */
    private static int withoutLongEntriesFrom(String value, int end) {
        int length = -1;
        for (int start = 0; start <= end; ) {
            int stop = endOfEntry(value, start, end);
            length += isBlank(value, start, stop) ? 0 : stop - start + 1;
            start = stop + 1;
        }
        int from = end + 1;
        for (int stop = end; stop >= 0 && length > TRACESTATE_CHARS; ) {
            int start = value.lastIndexOf(',', stop - 1) + 1;
            if (stop - start > LONG_TRACESTATE_ENTRY && !isBlank(value, start, stop)) {
                length -= stop - start + 1;
                from = start;
            }
            stop = start - 1;
        }
        return from;
    }

    private static int endOfEntry(String value, int start, int end) {
        int comma = value.indexOf(',', start);
        return comma < 0 || comma > end ? end : comma;
    }

    private static boolean isBlank(String value, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Character.isWhitespace(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The members that are well-formed, at most 64 and 8,192 bytes of them, and how many were dropped, and why. */
    record Baggage(String value, int malformed, int oversized) {

        static Baggage of(String raw) {
            // in bytes, for that is how carriers cut: the last member of such a value is itself only a part
            boolean cut = Text.utf8Length(raw) > FIELD_BYTES;
            if (!cut && entries(raw) <= BAGGAGE_ENTRIES && allWellFormed(raw)) {
                return new Baggage(raw, 0, 0);
            }
            StringBuilder kept = new StringBuilder();
            int malformed = 0;
            int oversized = 0;
            int entries = 0;
            for (int start = 0; start <= raw.length(); ) {
                int comma = raw.indexOf(',', start);
                int end = comma < 0 ? raw.length() : comma;
                boolean whole = comma >= 0 || !cut;
                int length = kept.length() + (kept.length() == 0 ? 0 : 1) + end - start;
                if (!whole || entries == BAGGAGE_ENTRIES || length > FIELD_BYTES) {
                    oversized++;
                } else if (!isWellFormed(raw, start, end)) {
                    malformed++;
                } else {
                    (kept.length() == 0 ? kept : kept.append(',')).append(raw, start, end);
                    entries++;
                }
                start = end + 1;
            }
            return new Baggage(kept.toString(), malformed, oversized);
        }

        static int entries(String raw) {
            int entries = 1;
            for (int i = raw.indexOf(','); i >= 0; i = raw.indexOf(',', i + 1)) {
                entries++;
            }
            return entries;
        }

        private static boolean allWellFormed(String raw) {
            for (int start = 0; start <= raw.length(); ) {
                int comma = raw.indexOf(',', start);
                int end = comma < 0 ? raw.length() : comma;
                if (!isWellFormed(raw, start, end)) {
                    return false;
                }
                start = end + 1;
            }
            return true;
        }

        /** W3C Baggage, section 3.3.1: a token, "=", octets with percent escapes; properties after ";" as they are. */
        private static boolean isWellFormed(String raw, int start, int end) {
            int from = start;
            while (from < end && isBlank(raw.charAt(from))) {
                from++;
            }
            int i = from;
            while (i < end && isTokenChar(raw.charAt(i))) {
                i++;
            }
            if (i == from) {
                return false;
            }
            while (i < end && isBlank(raw.charAt(i))) {
                i++;
            }
            if (i == end || raw.charAt(i) != '=') {
                return false;
            }
            for (i++; i < end; i++) {
                char c = raw.charAt(i);
                if (c == '%' && !(i + 2 < end && isHex(raw.charAt(i + 1)) && isHex(raw.charAt(i + 2)))) {
                    return false;
                }
                if ((c < 0x20 && c != '\t') || c > 0x7e || c == '"' || c == '\\') {
                    return false;
                }
            }
            return true;
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }

        private static boolean isHex(char c) {
            return Character.digit(c, 16) >= 0;
        }

        private static boolean isTokenChar(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || (c < 0x7f && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
        }
    }
}
