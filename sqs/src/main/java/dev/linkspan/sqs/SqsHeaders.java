package dev.linkspan.sqs;

import org.jspecify.annotations.Nullable;

/** Where a message can carry a context: in its attributes, and in {@code AWSTraceHeader}, which is none of the ten. */
interface SqsHeaders {

    /** Of an attribute that is text, or bytes of it; else null. */
    @Nullable
    String text(String name, int maxLength);

    Iterable<String> names();

    void set(String name, String value);

    void remove(String name);

    /** The system attribute {@code AWSTraceHeader}. */
    @Nullable
    String traceHeader();

    void traceHeader(String value);
}
