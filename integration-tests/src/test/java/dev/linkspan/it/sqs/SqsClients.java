package dev.linkspan.it.sqs;

import dev.linkspan.it.TestClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** Queues and bare clients for one test. A test gets one as a parameter by {@code @ExtendWith(SqsExtension.class)}. */
public final class SqsClients extends TestClients {

    private static final int QUEUE_NAME_LENGTH = 80;

    /** Of all asynchronous clients: it has threads of its own. */
    private static final SdkAsyncHttpClient TRANSPORT = NettyNioAsyncHttpClient.create();

    private final SqsServer server;
    private @Nullable SqsClient managing;

    SqsClients(SqsServer server, String test) {
        super(test);
        this.server = server;
    }

    /** For a client that the test makes, and closes, itself. */
    SqsClientBuilder builder() {
        return configured(SqsClient.builder()).httpClient(UrlConnectionHttpClient.create());
    }

    SqsAsyncClientBuilder asyncBuilder() {
        return configured(SqsAsyncClient.builder()).httpClient(TRANSPORT);
    }

    /** For a client whose transport ends with it, which takes some seconds. */
    SqsAsyncClientBuilder asyncBuilderWithTransport() {
        return configured(SqsAsyncClient.builder()).httpClientBuilder(NettyNioAsyncHttpClient.builder());
    }

    private <B extends AwsClientBuilder<B, ?>> B configured(B builder) {
        return builder.endpointOverride(server.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")));
    }

    /** One more client. */
    public SqsClient client() {
        SqsClient client = builder().build();
        onClose(client::close);
        return client;
    }

    SqsAsyncClient asyncClient() {
        SqsAsyncClient client = asyncBuilder().build();
        onClose(client::close);
        return client;
    }

    /** Returns the URL of a new queue. */
    public String queue() {
        return queue("", Map.of());
    }

    /** Returns the URL of a new FIFO queue. */
    String fifoQueue(Map<String, String> attributes) {
        Map<String, String> all = new HashMap<>(attributes);
        all.put("FifoQueue", "true");
        return queue(".fifo", all);
    }

    String queue(String suffix, Map<String, String> attributes) {
        if (managing == null) {
            managing = client();
        }
        String name = uniqueName() + suffix;
        return managing.createQueue(b -> b.queueName(name.substring(Math.max(0, name.length() - QUEUE_NAME_LENGTH)))
                        .attributesWithStrings(attributes))
                .queueUrl();
    }

    public static String nameOf(String queueUrl) {
        return queueUrl.substring(queueUrl.lastIndexOf('/') + 1);
    }

    /** Receives, with as many calls as it takes. */
    public static List<Message> receive(SqsClient client, String queueUrl, int count, String... attributeNames) {
        List<Message> messages = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofSeconds(AWAIT_SECONDS)).until(() -> {
            messages.addAll(client.receiveMessage(b -> b.queueUrl(queueUrl)
                            .maxNumberOfMessages(10)
                            .waitTimeSeconds(1)
                            .messageAttributeNames(attributeNames))
                    .messages());
            return messages.size() >= count;
        });
        return messages;
    }

    static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }
}
