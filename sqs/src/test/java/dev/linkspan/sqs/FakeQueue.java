package dev.linkspan.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** One queue: with SQS's limits, and with attributes only for those who ask for them. */
final class FakeQueue {

    int maxMessageSize = 1_048_576;
    boolean contentBasedDeduplication;
    private final List<Stored> messages = new ArrayList<>();
    private final Set<String> bodies = new HashSet<>();

    /** What was sent, alone or in a batch. */
    record Sent(
            String body,
            Map<String, MessageAttributeValue> attributes,
            Map<String, MessageSystemAttributeValue> systemAttributes,
            String group) {

        static Sent of(SendMessageRequest request) {
            return new Sent(
                    request.messageBody(),
                    request.messageAttributes(),
                    request.messageSystemAttributesAsStrings(),
                    request.messageGroupId());
        }

        static Sent of(SendMessageBatchRequestEntry entry) {
            return new Sent(
                    entry.messageBody(),
                    entry.messageAttributes(),
                    entry.messageSystemAttributesAsStrings(),
                    entry.messageGroupId());
        }

        long size() {
            long size = body.getBytes(UTF_8).length;
            for (Map.Entry<String, MessageAttributeValue> attribute : attributes.entrySet()) {
                MessageAttributeValue value = attribute.getValue();
                size += attribute.getKey().getBytes(UTF_8).length
                        + value.dataType().getBytes(UTF_8).length;
                size += value.stringValue() == null ? 0 : value.stringValue().getBytes(UTF_8).length;
                size += value.binaryValue() == null ? 0 : value.binaryValue().asByteArray().length;
            }
            return size;
        }
    }

    private static final class Stored {
        final String id = UUID.randomUUID().toString();
        final Sent sent;
        int received;
        String receiptHandle;
        boolean visible = true;

        Stored(Sent sent) {
            this.sent = sent;
        }
    }

    synchronized String add(Sent sent) {
        if (sent.size() > maxMessageSize) {
            throw FakeSqs.refusal("InvalidParameterValue", "One or more parameters are invalid. Message is too long.");
        }
        if (sent.attributes.size() > 10) {
            throw FakeSqs.refusal("InvalidParameterValue", "Number of message attributes [11] exceeds the maximum");
        }
        sent.attributes.forEach((name, value) -> {
            boolean named =
                    name.matches("[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*") && !name.matches("(?i)(aws|amazon)[.].*");
            if (!named || (value.stringValue() != null && value.stringValue().isEmpty())) {
                throw FakeSqs.refusal("InvalidParameterValue", "invalid attribute " + name);
            }
        });
        Stored stored = new Stored(sent);
        if (!contentBasedDeduplication || bodies.add(sent.body)) {
            messages.add(stored);
        }
        return stored.id;
    }

    synchronized String lastHandle() {
        return messages.get(messages.size() - 1).receiptHandle;
    }

    synchronized int size() {
        return messages.size();
    }

    synchronized List<Message> receive(ReceiveMessageRequest request) {
        int max = request.maxNumberOfMessages() == null ? 1 : request.maxNumberOfMessages();
        List<Message> received = new ArrayList<>();
        for (Stored stored : messages) {
            if (stored.visible && received.size() < max) {
                stored.visible = false;
                stored.received++;
                stored.receiptHandle = stored.id + "#" + stored.received;
                received.add(message(stored, request));
            }
        }
        return received;
    }

    @SuppressWarnings("deprecation")
    private static Message message(Stored stored, ReceiveMessageRequest request) {
        Map<String, String> system = new LinkedHashMap<>();
        system.put("ApproximateReceiveCount", Integer.toString(stored.received));
        if (stored.sent.group != null) {
            system.put("MessageGroupId", stored.sent.group);
        }
        stored.sent.systemAttributes.forEach((name, value) -> system.put(name, value.stringValue()));
        List<String> asked = new ArrayList<>(request.messageSystemAttributeNamesAsStrings());
        asked.addAll(request.attributeNamesAsStrings());
        system.keySet().removeIf(name -> !asked.contains(name) && !asked.contains("All"));
        Map<String, MessageAttributeValue> attributes = new LinkedHashMap<>(stored.sent.attributes);
        attributes.keySet().removeIf(name -> !isAskedFor(name, request.messageAttributeNames()));
        Message.Builder message = Message.builder()
                .messageId(stored.id)
                .receiptHandle(stored.receiptHandle)
                .body(stored.sent.body);
        if (!attributes.isEmpty()) {
            message.messageAttributes(attributes);
        }
        return system.isEmpty()
                ? message.build()
                : message.attributesWithStrings(system).build();
    }

    private static boolean isAskedFor(String name, List<String> asked) {
        return asked.stream()
                .anyMatch(each -> each.equals(name)
                        || each.equals("All")
                        || (each.endsWith(".*") && name.startsWith(each.substring(0, each.length() - 2))));
    }

    synchronized void delete(String receiptHandle) {
        messages.removeIf(stored -> receiptHandle.equals(stored.receiptHandle));
    }

    synchronized void visibility(String receiptHandle, int seconds) {
        messages.stream()
                .filter(stored -> receiptHandle.equals(stored.receiptHandle) && seconds == 0)
                .forEach(stored -> stored.visible = true);
    }
}
