package dev.linkspan.sqs;

import dev.linkspan.propagation.HeaderCarrier;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;

/** The attributes of a message that was received, or of one that is to be sent. */
final class SqsMessageHeaders implements SqsHeaders {

    /** Exactly this type: other consumers compare it. */
    static final String STRING = "String";

    final Map<String, MessageAttributeValue> attributes;
    private final Map<String, MessageSystemAttributeValue> sent;
    private @Nullable String traceHeader;
    private boolean wroteAttributes;
    private boolean wroteTraceHeader;

    private SqsMessageHeaders(
            Map<String, MessageAttributeValue> attributes,
            Map<String, MessageSystemAttributeValue> sent,
            @Nullable String traceHeader) {
        this.attributes = attributes;
        this.sent = sent;
        this.traceHeader = traceHeader;
    }

    /** Not to be written to. */
    static SqsMessageHeaders of(Message message) {
        return new SqsMessageHeaders(
                message.messageAttributes(),
                Map.of(),
                message.attributesAsStrings().get(SqsTraceHeader.NAME));
    }

    /** Not to be written to. */
    static SqsMessageHeaders of(
            Map<String, MessageAttributeValue> attributes, Map<String, MessageSystemAttributeValue> systemAttributes) {
        MessageSystemAttributeValue header = systemAttributes.get(SqsTraceHeader.NAME);
        return new SqsMessageHeaders(attributes, systemAttributes, header == null ? null : header.stringValue());
    }

    SqsMessageHeaders copy() {
        return new SqsMessageHeaders(new LinkedHashMap<>(attributes), sent, traceHeader);
    }

    /** An empty map is not the same as none. */
    boolean wroteAttributes() {
        return wroteAttributes;
    }

    boolean wroteTraceHeader() {
        return wroteTraceHeader;
    }

    /** Those that the message had, and the one that was written. */
    Map<String, MessageSystemAttributeValue> systemAttributes() {
        Map<String, MessageSystemAttributeValue> all = new LinkedHashMap<>(sent);
        all.put(
                SqsTraceHeader.NAME,
                MessageSystemAttributeValue.builder()
                        .dataType(STRING)
                        .stringValue(traceHeader)
                        .build());
        return all;
    }

    @Override
    public @Nullable String text(String name, int maxLength) {
        MessageAttributeValue value = attributes.get(name);
        if (value == null || value.dataType() == null) {
            return null;
        }
        if (SqsHeaders.isOfType(STRING, value.dataType())) {
            return value.stringValue();
        }
        SdkBytes bytes = SqsHeaders.isOfType("Binary", value.dataType()) ? value.binaryValue() : null;
        return bytes == null ? null : HeaderCarrier.decode(bytes.asByteArrayUnsafe(), maxLength);
    }

    @Override
    public Iterable<String> names() {
        return attributes.keySet();
    }

    @Override
    public void set(String name, String value) {
        wroteAttributes = true;
        attributes.put(
                name,
                MessageAttributeValue.builder()
                        .dataType(STRING)
                        .stringValue(value)
                        .build());
    }

    @Override
    public void remove(String name) {
        wroteAttributes |= attributes.remove(name) != null;
    }

    @Override
    public @Nullable String traceHeader() {
        return traceHeader;
    }

    @Override
    public void traceHeader(String value) {
        traceHeader = value;
        wroteTraceHeader = true;
    }
}
