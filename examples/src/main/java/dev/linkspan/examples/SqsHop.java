package dev.linkspan.examples;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** Parcels over SQS: a loop receives, each message is processed inside a span, and deleted. */
final class SqsHop implements Hop {

    private final SqsTelemetry sqs;
    private final SqsClient client;
    private final String queueUrl;
    private final Thread loop;
    private volatile Consumer<String> handler = parcel -> {};
    private volatile boolean closed;

    SqsHop(OpenTelemetry openTelemetry, URI endpoint) {
        sqs = SqsTelemetry.builder(openTelemetry)
                .policy(p -> p.receiveSpans(false))
                .build();
        // an emulator takes any credentials and region
        client = sqs.wrap(SqsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .build());
        queueUrl = client.createQueue(b -> b.queueName("pickups")).queueUrl();
        loop = new Thread(this::receive, "pickup");
    }

    @Override
    public void send(String parcel) {
        client.sendMessage(b -> b.queueUrl(queueUrl).messageBody(parcel));
    }

    @Override
    public void onArrival(Consumer<String> arrival) {
        handler = arrival;
        loop.start();
    }

    private void receive() {
        MessageTracer<Message> messages = sqs.messages(queueUrl);
        while (!closed) {
            for (Message parcel : client.receiveMessage(
                            b -> b.queueUrl(queueUrl).waitTimeSeconds(1))
                    .messages()) {
                messages.process(parcel, p -> handler.accept(p.body()));
                client.deleteMessage(b -> b.queueUrl(queueUrl).receiptHandle(parcel.receiptHandle()));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            loop.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
