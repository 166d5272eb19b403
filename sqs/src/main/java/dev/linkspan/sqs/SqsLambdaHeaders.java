package dev.linkspan.sqs;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.MessageAttribute;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.linkspan.propagation.HeaderCarrier;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes of a message that a Lambda function was called with. Knows nothing of the SDK, which may not be there. */
record SqsLambdaHeaders(
        Map<String, MessageAttribute> attributes, @Nullable String traceHeader) implements SqsHeaders {

    static SqsLambdaHeaders of(SQSMessage message) {
        Map<String, MessageAttribute> attributes = message.getMessageAttributes();
        Map<String, String> system = message.getAttributes();
        return new SqsLambdaHeaders(
                attributes == null ? Map.of() : attributes, system == null ? null : system.get(SqsTraceHeader.NAME));
    }

    @Override
    public @Nullable String text(String name, int maxLength) {
        MessageAttribute value = attributes.get(name);
        if (value == null || value.getDataType() == null) {
            return null;
        }
        String type = value.getDataType();
        if (SqsHeaders.isOfType("String", type)) {
            return value.getStringValue();
        }
        ByteBuffer binary = SqsHeaders.isOfType("Binary", type) ? value.getBinaryValue() : null;
        return binary == null ? null : decode(binary.duplicate(), maxLength);
    }

    private static String decode(ByteBuffer binary, int maxLength) {
        byte[] start = new byte[Math.min(binary.remaining(), maxLength + 1)];
        binary.get(start);
        return HeaderCarrier.decode(start, maxLength);
    }

    @Override
    public Iterable<String> names() {
        return attributes.keySet();
    }
}
