package dev.linkspan.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What SQS answers, as far as the SDK's clients look at it: with the digests that they check. */
final class StubSqs {

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret"));

    final StubHttp http = new StubHttp(this::answer);
    /** JSON of what a receive brings, once. */
    final List<String> messages = new ArrayList<>();

    boolean wrongDigests;

    SqsClient client() {
        return SqsClient.builder()
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(CREDENTIALS)
                .httpClient(http)
                .build();
    }

    SqsAsyncClient asyncClient() {
        return SqsAsyncClient.builder()
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(CREDENTIALS)
                .httpClient(http.async())
                .build();
    }

    private synchronized String answer(StubHttp.Call call) {
        JsonNode request = JsonNode.parser().parse(call.body());
        return switch (call.operation()) {
            case "SendMessage" -> "{" + digests(request) + ",\"MessageId\":\"m-1\"}";
            case "SendMessageBatch" ->
                "{\"Failed\":[],\"Successful\":["
                        + String.join(
                                ",",
                                entries(request).stream()
                                        .map(entry -> "{\"Id\":\"" + text(entry, "Id") + "\",\"MessageId\":\"m-"
                                                + text(entry, "Id") + "\"," + digests(entry) + "}")
                                        .toList())
                        + "]}";
            case "ReceiveMessage" -> {
                String all = String.join(",", messages);
                messages.clear();
                yield "{\"Messages\":[" + all + "]}";
            }
            case "DeleteMessageBatch", "ChangeMessageVisibilityBatch" ->
                "{\"Failed\":[],\"Successful\":["
                        + String.join(
                                ",",
                                entries(request).stream()
                                        .map(entry -> "{\"Id\":\"" + text(entry, "Id") + "\"}")
                                        .toList())
                        + "]}";
            case "GetQueueAttributes" ->
                "{\"Attributes\":{\"ReceiveMessageWaitTimeSeconds\":\"0\",\"VisibilityTimeout\":\"30\"}}";
            default -> "{}";
        };
    }

    static List<JsonNode> entries(JsonNode request) {
        return request.field("Entries").orElseThrow().asArray();
    }

    static String text(JsonNode node, String field) {
        return node.field(field).orElseThrow().text();
    }

    private String digests(JsonNode message) {
        String attributes = message.field("MessageAttributes")
                .map(node -> ",\"MD5OfMessageAttributes\":\"" + md5(attributes(node.asObject())) + "\"")
                .orElse("");
        return "\"MD5OfMessageBody\":\"" + md5(text(message, "MessageBody").getBytes(UTF_8)) + "\"" + attributes;
    }

    /** A received message with one attribute, as JSON. */
    String message(String body, String name, String value) {
        Map<String, JsonNode> attributes = JsonNode.parser()
                .parse("{\"" + name + "\":{\"DataType\":\"String\",\"StringValue\":\"" + value + "\"}}")
                .asObject();
        return "{\"MessageId\":\"m-1\",\"ReceiptHandle\":\"r-1\",\"Body\":\"" + body + "\",\"MD5OfBody\":\""
                + md5(body.getBytes(UTF_8)) + "\",\"MessageAttributes\":{\"" + name
                + "\":{\"DataType\":\"String\",\"StringValue\":\"" + value + "\"}},\"MD5OfMessageAttributes\":\""
                + md5(attributes(attributes)) + "\"}";
    }

    private static byte[] attributes(Map<String, JsonNode> attributes) {
        List<byte[]> parts = new ArrayList<>();
        new TreeMap<>(attributes).forEach((name, value) -> {
            parts.add(sized(name));
            parts.add(sized(text(value, "DataType")));
            parts.add(new byte[] {1});
            parts.add(sized(text(value, "StringValue")));
        });
        ByteBuffer all =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(all::put);
        return all.array();
    }

    private static byte[] sized(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private String md5(byte[] bytes) {
        try {
            StringBuilder hex = new StringBuilder();
            for (byte each : MessageDigest.getInstance("MD5").digest(bytes)) {
                hex.append(String.format("%02x", each));
            }
            return wrongDigests ? "0".repeat(32) : hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
