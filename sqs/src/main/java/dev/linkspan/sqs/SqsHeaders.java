package dev.linkspan.sqs;

import org.jspecify.annotations.Nullable;

/**
 * Where a message can carry a context: in its attributes, and in {@code AWSTraceHeader}, which is none of the ten. A received
 * message is not written to.
 */
interface SqsHeaders {

    /** Of an attribute that is text, or bytes of it; else null. */
    @Nullable
    String text(String name, int maxLength);

    Iterable<String> names();

    /** The system attribute {@code AWSTraceHeader}. */
    @Nullable
    String traceHeader();

    default void set(String name, String value) {
        throw new UnsupportedOperationException("a received message is not written to");
    }

    default void remove(String name) {
        throw new UnsupportedOperationException("a received message is not written to");
    }

    default void traceHeader(String value) {
        throw new UnsupportedOperationException("a received message is not written to");
    }

    /** A type may have a label of the application's behind a dot. */
    static boolean isOfType(String type, String dataType) {
        return dataType.equals(type) || dataType.startsWith(type + ".");
    }
}
