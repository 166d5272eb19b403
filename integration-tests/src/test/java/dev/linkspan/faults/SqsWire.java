package dev.linkspan.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** SQS as the fault tests see it: a body is an id, attributes are headers, and some calls are told. */
public final class SqsWire {

    /** How often a consumer asks is the network's affair. */
    private static final Set<String> TOLD = Set.of(
            "sendMessage",
            "sendMessageBatch",
            "deleteMessage",
            "deleteMessageBatch",
            "changeMessageVisibility",
            "changeMessageVisibilityBatch");

    private SqsWire() {}

    public static Tracing<Map<String, MessageAttributeValue>> tracing(Wrapping wrapping, Telemetry telemetry) {
        return new Tracing<>(
                wrapping,
                telemetry,
                new Getter(),
                (attributes, name, value) -> attributes.put(name, attribute(value.getBytes(UTF_8))));
    }

    public static SqsClient recorded(SqsClient client, Observation seen) {
        return RecordedCalls.of(SqsClient.class, client, seen, TOLD::contains);
    }

    public static SqsAsyncClient recorded(SqsAsyncClient client, Observation seen) {
        return RecordedCalls.of(SqsAsyncClient.class, client, seen, TOLD::contains);
    }

    public static int id(Message message) {
        return Integer.parseInt(message.body());
    }

    /** The application may write to them, also from several threads. Of one name there is the last; a null is none. */
    public static Map<String, MessageAttributeValue> attributes(List<Header> headers) {
        Map<String, MessageAttributeValue> attributes = new ConcurrentSkipListMap<>();
        for (Header header : headers) {
            if (header.value() != null) {
                attributes.put(header.name(), attribute(header.value()));
            }
        }
        return attributes;
    }

    /** As text, if SQS takes it for that. */
    public static MessageAttributeValue attribute(byte[] value) {
        String text = new String(value, UTF_8);
        boolean isXml = text.codePoints()
                .allMatch(c -> c == '\t'
                        || c == '\n'
                        || c == '\r'
                        || (c >= 0x20 && c < 0xd800)
                        || (c > 0xdfff && c < 0xfffd)
                        || c > 0xffff);
        return isXml
                ? MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(text)
                        .build()
                : MessageAttributeValue.builder()
                        .dataType("Binary")
                        .binaryValue(SdkBytes.fromByteArray(value))
                        .build();
    }

    public static List<Header> headers(Message message) {
        return headers(message.messageAttributes());
    }

    /** In the order of their names: they are in none. */
    static List<Header> headers(Map<String, MessageAttributeValue> attributes) {
        List<Header> all = new ArrayList<>();
        attributes.forEach((name, value) -> all.add(new Header(name, bytes(value))));
        all.sort(Comparator.comparing(Header::name));
        return all;
    }

    private static byte[] bytes(MessageAttributeValue value) {
        return value.binaryValue() == null
                ? value.stringValue().getBytes(UTF_8)
                : value.binaryValue().asByteArray();
    }

    private static final class Getter implements TextMapGetter<Map<String, MessageAttributeValue>> {

        @Override
        public Iterable<String> keys(Map<String, MessageAttributeValue> attributes) {
            return attributes.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, MessageAttributeValue> attributes, String name) {
            MessageAttributeValue value = attributes == null ? null : attributes.get(name);
            return value == null ? null : new String(bytes(value), UTF_8);
        }
    }
}
