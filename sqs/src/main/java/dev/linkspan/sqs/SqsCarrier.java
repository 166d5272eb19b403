package dev.linkspan.sqs;

import dev.linkspan.propagation.HeaderCarrier;
import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/** Message attributes: a map with names that are compared exactly, and strict about what it takes. */
final class SqsCarrier implements HeaderCarrier<SqsHeaders> {

    static final SqsCarrier INSTANCE = new SqsCarrier();

    /** How many attributes a message may have. */
    static final int MAX_ATTRIBUTES = 10;

    private static final int MAX_NAME_LENGTH = 256;

    private SqsCarrier() {}

    @Override
    public @Nullable String get(SqsHeaders headers, String name, int maxLength) {
        return headers.text(name, maxLength);
    }

    @Override
    public Iterable<String> names(SqsHeaders headers) {
        return headers.names();
    }

    @Override
    public void set(SqsHeaders headers, String name, String value) {
        headers.set(name, value);
    }

    @Override
    public void remove(SqsHeaders headers, String name) {
        headers.remove(name);
    }

    @Override
    public @Nullable SpanContext brokerContext(SqsHeaders headers) {
        return SqsTraceHeader.parse(headers.traceHeader());
    }

    /** One that is there belongs to X-Ray, and to whoever put it there. */
    @Override
    public boolean setBrokerContext(SqsHeaders headers, SpanContext context) {
        if (headers.traceHeader() != null) {
            return false;
        }
        headers.traceHeader(SqsTraceHeader.format(context));
        return true;
    }

    @Override
    public int size(String name, String value) {
        return SqsSize.ofAttribute(name, SqsMessageHeaders.STRING, value);
    }

    @Override
    public boolean accepts(String name, String value) {
        return isName(name) && !value.isEmpty() && isXml(value);
    }

    /** Whether SQS takes it for an attribute's name; it would refuse the whole message otherwise. */
    static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || name.startsWith(".") || name.endsWith(".")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && "_-.".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.contains("..")
                && !name.regionMatches(true, 0, "AWS.", 0, "AWS.".length())
                && !name.regionMatches(true, 0, "Amazon.", 0, "Amazon.".length());
    }

    private static boolean isXml(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean allowed = c >= ' ' ? c <= 0xfffd : c == '\t' || c == '\n' || c == '\r';
            if (!allowed || (Character.isSurrogate(c) && !isPair(value, i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the surrogate there has its other half beside it. */
    private static boolean isPair(String value, int i) {
        return Character.isHighSurrogate(value.charAt(i))
                ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
    }
}
