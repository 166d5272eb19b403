package dev.linkspan.benchmarks;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.time.Duration;
import java.util.List;

final class NatsHandWritten extends HandWritten<Message> {

    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("messaging.client.id");
    private static final TextMapSetter<Headers> SETTER = Headers::put;

    NatsHandWritten(OpenTelemetry openTelemetry) {
        super("nats", openTelemetry);
    }

    void publish(Connection connection, String subject, byte[] body) {
        Span span = startSend("publish orders", "publish");
        client(span);
        try (Scope scope = span.makeCurrent()) {
            Headers headers = new Headers();
            propagator.inject(Context.current(), headers, SETTER);
            connection.publish(subject, headers, body);
        } catch (RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    Message next(Subscription subscription) throws InterruptedException {
        Message message = subscription.nextMessage(Duration.ZERO);
        received("receive orders", "receive", List.of(message));
        return message;
    }

    private static void client(Span span) {
        span.setAttribute(ADDRESS, "north");
        span.setAttribute(PORT, 4222L);
        span.setAttribute(CLIENT, "7");
    }

    @Override
    void describe(Message message, Span span) {
        client(span);
    }

    @Override
    void link(SpanContext producer, Message message, SpanBuilder builder) {
        builder.addLink(producer);
    }

    @Override
    public Iterable<String> keys(Message message) {
        return message.getHeaders().keySet();
    }

    @Override
    public String get(Message message, String name) {
        return message == null || message.getHeaders() == null
                ? null
                : message.getHeaders().getLast(name);
    }
}
