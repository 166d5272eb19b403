package dev.linkspan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** HTTP to SQS, answered at once: one queue that takes what is sent, and has messages, of which a pull brings up to ten. */
final class SqsHttpStub implements SdkHttpClient {

    static final int MESSAGES_A_PULL = 10;

    private static final SdkHttpResponse OK = SdkHttpResponse.builder()
            .statusCode(200)
            .putHeader("Content-Type", "application/x-amz-json-1.0")
            .putHeader("x-amzn-RequestId", "27daac76-34dd-47df-bd01-1f6e873584a0")
            .build();
    private static final byte[] TAKEN = "{\"MessageId\":\"8a1f\"}".getBytes(UTF_8);

    private List<Message> arrived = List.of();
    private List<byte[]> pulls = List.of();
    private int next;
    private ContentStreamProvider last;

    /** Without MD5: to answer with the right one would cost this as much as it costs the client. */
    SqsClient client(ExecutionInterceptor... interceptors) {
        return SqsClient.builder()
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret")))
                .httpClient(this)
                .checksumValidationEnabled(false)
                .overrideConfiguration(override -> override.executionInterceptors(List.of(interceptors)))
                .build();
    }

    /** The same list as the last time costs nothing. */
    void arrive(List<Message> messages) {
        next = 0;
        if (messages != arrived) {
            arrived = messages;
            pulls = new ArrayList<>();
            for (int from = 0; from < messages.size(); from += MESSAGES_A_PULL) {
                pulls.add(json(messages.subList(from, Math.min(messages.size(), from + MESSAGES_A_PULL))));
            }
        }
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        byte[] answer = answer(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() {
                return HttpExecuteResponse.builder()
                        .response(OK)
                        .responseBody(AbortableInputStream.create(new ByteArrayInputStream(answer)))
                        .build();
            }

            @Override
            public void abort() {}
        };
    }

    private byte[] answer(HttpExecuteRequest request) {
        String operation =
                request.httpRequest().firstMatchingHeader("X-Amz-Target").orElseThrow();
        return switch (operation) {
            case "AmazonSQS.SendMessage" -> {
                last = request.contentStreamProvider().orElseThrow();
                yield TAKEN;
            }
            case "AmazonSQS.ReceiveMessage" -> pulls.get(next++ % pulls.size());
            default -> throw new UnsupportedOperationException(operation);
        };
    }

    /** The attributes of the message that was sent last. */
    Map<String, String> sent() {
        Map<String, String> headers = new HashMap<>();
        JsonNode.parser()
                .parse(last.newStream())
                .field("MessageAttributes")
                .ifPresent(attributes -> attributes
                        .asObject()
                        .forEach((name, value) -> headers.put(
                                name, value.field("StringValue").orElseThrow().asString())));
        return headers;
    }

    private static byte[] json(List<Message> messages) {
        try (JsonWriter json = JsonWriter.create()) {
            json.writeStartObject().writeFieldName("Messages").writeStartArray();
            for (Message message : messages) {
                json.writeStartObject();
                json.writeFieldName("MessageId").writeValue(message.messageId());
                json.writeFieldName("ReceiptHandle").writeValue(message.receiptHandle());
                json.writeFieldName("Body").writeValue(message.body());
                json.writeFieldName("MessageAttributes").writeStartObject();
                message.messageAttributes()
                        .forEach((name, value) -> json.writeFieldName(name)
                                .writeStartObject()
                                .writeFieldName("DataType")
                                .writeValue(value.dataType())
                                .writeFieldName("StringValue")
                                .writeValue(value.stringValue())
                                .writeEndObject());
                json.writeEndObject().writeEndObject();
            }
            return json.writeEndArray().writeEndObject().getBytes();
        }
    }

    @Override
    public void close() {}
}
