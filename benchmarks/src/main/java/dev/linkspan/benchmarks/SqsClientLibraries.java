package dev.linkspan.benchmarks;

import dev.linkspan.sqs.SqsTelemetry;
import io.opentelemetry.instrumentation.awssdk.v2_2.AwsSdkTelemetry;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/**
 * AWS's client itself, traced: it signs, writes and reads JSON, and only HTTP is a stub. All figures hold what it takes, which is
 * several times what tracing adds. Messages are processed as the client gives them, ten at a time.
 */
final class SqsClientLibraries extends Traced<Message> {

    private final SqsHttpStub http;
    private final SqsClient client;

    private SqsClientLibraries(SqsHttpStub http, SqsClient client, Handling<Message> handling) {
        this.http = http;
        this.client = client;
        this.handling = handling;
    }

    static Traced<Message> of(Library library, Backend backend) {
        SqsHttpStub http = new SqsHttpStub();
        return switch (library) {
            case BARE -> new SqsClientLibraries(http, http.client(), Handling.bare());
            case LINKSPAN -> {
                SqsTelemetry sqs = SqsTelemetry.create(backend.openTelemetry());
                yield new SqsClientLibraries(
                        http, sqs.wrap(http.client()), Handling.linkspan(sqs.messages(SqsLibraries.QUEUE)));
            }
            default -> {
                // else the context goes in X-Ray's header alone, which AWS makes an attribute of the message
                AwsSdkTelemetry aws = AwsSdkTelemetry.builder(backend.openTelemetry())
                        .setUseConfiguredPropagatorForMessaging(true)
                        .build();
                // its spans are made while the messages that a pull brought are gone through
                yield new SqsClientLibraries(
                        http, aws.wrap(http.client(aws.createExecutionInterceptor())), Handling.bare());
            }
        };
    }

    @Override
    Object send() {
        return client.sendMessage(SqsLibraries.request());
    }

    @Override
    ReceiveMessageResponse receive() {
        return client.receiveMessage(SqsLibraries.pull());
    }

    @Override
    Message message(int number, Map<String, String> headers) {
        return SqsStub.message(number, headers);
    }

    @Override
    void arrive(List<Message> messages) {
        http.arrive(messages);
    }

    @Override
    void process(List<Message> messages, Consumer<? super Message> handler) {
        arrive(messages);
        for (int handled = 0; handled < messages.size(); handled += SqsHttpStub.MESSAGES_A_PULL) {
            handling.process(receive().messages(), handler);
        }
    }

    @Override
    Map<String, String> sent() {
        return http.sent();
    }
}
