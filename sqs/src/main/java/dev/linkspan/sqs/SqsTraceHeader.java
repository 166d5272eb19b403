package dev.linkspan.sqs;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/** X-Ray's form of a context: {@code Root=1-8hex-24hex;Parent=16hex;Sampled=1}. */
final class SqsTraceHeader {

    static final String NAME = "AWSTraceHeader";

    private static final int MAX_LENGTH = 1024;
    private static final int ROOT_LENGTH = 35;

    private SqsTraceHeader() {}

    static String format(SpanContext context) {
        String traceId = context.getTraceId();
        return "Root=1-" + traceId.substring(0, 8) + "-" + traceId.substring(8) + ";Parent=" + context.getSpanId()
                + ";Sampled=" + (context.isSampled() ? "1" : "0");
    }

    /** Null if it names no span: X-Ray also writes headers that have only a root. */
    static @Nullable SpanContext parse(@Nullable String header) {
        if (header == null || header.length() > MAX_LENGTH) {
            return null;
        }
        String traceId = "";
        String spanId = "";
        boolean sampled = false;
        for (int start = 0; start < header.length(); ) {
            int semicolon = header.indexOf(';', start);
            int end = semicolon < 0 ? header.length() : semicolon;
            String part = header.substring(start, end).trim();
            if (part.startsWith("Root=")) {
                traceId = traceId(part.substring("Root=".length()));
            } else if (part.startsWith("Parent=")) {
                spanId = part.substring("Parent=".length());
            } else if (part.startsWith("Sampled=")) {
                sampled = part.equals("Sampled=1");
            }
            start = end + 1;
        }
        // ids that are none make a context that is invalid
        SpanContext context = SpanContext.createFromRemoteParent(
                traceId, spanId, sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(), TraceState.getDefault());
        return context.isValid() ? context : null;
    }

    private static String traceId(String root) {
        return root.length() == ROOT_LENGTH && root.startsWith("1-") && root.charAt(10) == '-'
                ? root.substring(2, 10) + root.substring(11)
                : "";
    }
}
