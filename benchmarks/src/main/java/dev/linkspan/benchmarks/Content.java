package dev.linkspan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the headers of received messages hold. */
public enum Content {
    /** A producer's context, and nothing else. */
    PLAIN,
    /** Eight members of baggage with it. */
    BAGGAGE,
    /** 5,000 members of baggage with it, a megabyte in all. */
    HOSTILE;

    private static final int HOSTILE_MEMBERS = 5000;
    private static final String LONG_VALUE = "x".repeat(200);

    /**
     * By name, in the order in which they are written.
     *
     * @param producer messages with different numbers come from different traces
     * @param b3 whether in Zipkin's header instead of W3C's
     */
    Map<String, String> headers(int producer, boolean b3) {
        Map<String, String> headers = new LinkedHashMap<>();
        long trace = 0x4bf92f3577b34daL + producer;
        long span = 0x00f067aa0ba902b7L + producer;
        if (b3) {
            headers.put("b3", String.format("0af76519%024x-%016x-1", trace, span));
        } else {
            headers.put("traceparent", String.format("00-0af76519%024x-%016x-03", trace, span));
        }
        switch (this) {
            case PLAIN -> {}
            case BAGGAGE -> headers.put("baggage", members(8, "chair"));
            case HOSTILE -> headers.put("baggage", members(HOSTILE_MEMBERS, LONG_VALUE));
        }
        return headers;
    }

    private static String members(int count, String value) {
        StringBuilder baggage = new StringBuilder();
        for (int i = 0; i < count; i++) {
            baggage.append(i == 0 ? "" : ",")
                    .append("key")
                    .append(i)
                    .append('=')
                    .append(value);
        }
        return baggage.toString();
    }
}
