package dev.linkspan.sqs;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** How large a message is as SQS counts it: the body, and of each attribute the name, the type and the value. */
final class SqsSize {

    /** Bytes that SQS takes in a message, and in all messages of a batch; a queue may be set to less for each message. */
    static final int MOST = 1_048_576;

    /** More than all the attributes that we write to a message can ever come to. */
    static final int FAR_FROM_LIMIT = 65_536;

    private SqsSize() {}

    /**
     * The exact size, or more than that where even so it is far below its share of the limit: to measure a long body takes
     * time.
     *
     * @param share of the limit; 0 for the exact size
     */
    static long of(@Nullable String body, Map<String, MessageAttributeValue> attributes, int share) {
        long size = 0;
        for (Map.Entry<String, MessageAttributeValue> attribute : attributes.entrySet()) {
            size += ofAttribute(attribute.getKey(), attribute.getValue());
        }
        long bodyAtMost = body == null ? 0 : 3L * body.length();
        return size + (size + bodyAtMost < share - (long) FAR_FROM_LIMIT ? bodyAtMost : utf8(body));
    }

    /** How much larger something of this size may become; what is larger than the limit already must be for a queue that takes more. */
    static long room(long size, int maxBytes) {
        if (size <= maxBytes) {
            return maxBytes - size;
        }
        return size <= MOST ? MOST - size : Long.MAX_VALUE;
    }

    private static int ofAttribute(String name, MessageAttributeValue value) {
        int bytes = value.binaryValue() == null ? 0 : value.binaryValue().asByteArrayUnsafe().length;
        return utf8(name) + utf8(value.dataType()) + utf8(value.stringValue()) + bytes;
    }

    static int ofAttribute(String name, String type, String value) {
        return utf8(name) + utf8(type) + utf8(value);
    }

    static int utf8(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }
}
