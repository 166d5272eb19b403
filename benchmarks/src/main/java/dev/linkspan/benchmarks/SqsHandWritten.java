package dev.linkspan.benchmarks;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

final class SqsHandWritten extends HandWritten<Message> {

    private static final AttributeKey<String> ID = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<String> QUEUE = AttributeKey.stringKey("aws.sqs.queue.url");
    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final TextMapSetter<Map<String, MessageAttributeValue>> SETTER =
            (attributes, name, value) -> attributes.put(name, SqsStub.text(value));

    SqsHandWritten(OpenTelemetry openTelemetry) {
        super("aws_sqs", openTelemetry);
    }

    SendMessageResponse send(SqsClient client, SendMessageRequest request) {
        Span span = startSend("send orders", "send");
        client(span);
        try (Scope scope = span.makeCurrent()) {
            Map<String, MessageAttributeValue> attributes = new HashMap<>(request.messageAttributes());
            propagator.inject(Context.current(), attributes, SETTER);
            SendMessageResponse response = client.sendMessage(
                    request.toBuilder().messageAttributes(attributes).build());
            span.setAttribute(ID, response.messageId());
            return response;
        } catch (RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    ReceiveMessageResponse receive(SqsClient client, ReceiveMessageRequest request) {
        ReceiveMessageResponse response = client.receiveMessage(
                request.toBuilder().messageAttributeNames("traceparent").build());
        received("receive orders", "receive", response.messages());
        return response;
    }

    @Override
    void describe(Message message, Span span) {
        span.setAttribute(ID, message.messageId());
        client(span);
    }

    private static void client(Span span) {
        span.setAttribute(QUEUE, SqsLibraries.QUEUE);
        span.setAttribute(ADDRESS, "sqs.eu-central-1.amazonaws.com");
        span.setAttribute(PORT, 443L);
    }

    @Override
    void link(SpanContext producer, Message message, SpanBuilder builder) {
        builder.addLink(producer, Attributes.of(ID, message.messageId()));
    }

    @Override
    public Iterable<String> keys(Message message) {
        return message.messageAttributes().keySet();
    }

    @Override
    public String get(Message message, String name) {
        MessageAttributeValue value =
                message == null ? null : message.messageAttributes().get(name);
        return value == null ? null : value.stringValue();
    }
}
