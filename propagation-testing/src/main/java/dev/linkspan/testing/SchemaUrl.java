package dev.linkspan.testing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which version of the conventions an instrumentation scope says it follows. */
final class SchemaUrl {

    static final String ADVICE = "give the tracer and the meter the schema URL " + ConventionTable.SCHEMA_URL_PREFIX
            + ConventionTable.VERSION + ".";

    private SchemaUrl() {}

    /** Null if it says this version, or a later one. */
    static @Nullable String problem(@Nullable String schemaUrl) {
        if (schemaUrl == null || schemaUrl.isEmpty()) {
            return "An instrumentation scope has no schema URL";
        }
        if (!schemaUrl.startsWith(ConventionTable.SCHEMA_URL_PREFIX)) {
            return "An instrumentation scope has a schema URL that is not OpenTelemetry's";
        }
        String version = schemaUrl.substring(ConventionTable.SCHEMA_URL_PREFIX.length());
        return isOlder(version) ? "An instrumentation scope follows conventions " + Text.line(version, 20) : null;
    }

    private static boolean isOlder(String version) {
        try {
            int[] numbers = Arrays.stream(version.split("\\.", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            int[] ours = Arrays.stream(ConventionTable.VERSION.split("\\.", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return Arrays.compare(numbers, ours) < 0;
        } catch (NumberFormatException notAVersion) {
            return true;
        }
    }
}
