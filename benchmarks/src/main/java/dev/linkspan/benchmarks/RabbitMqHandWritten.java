package dev.linkspan.benchmarks;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class RabbitMqHandWritten extends HandWritten<Delivery> {

    private static final AttributeKey<String> ROUTING_KEY =
            AttributeKey.stringKey("messaging.rabbitmq.destination.routing_key");
    private static final AttributeKey<Long> TAG = AttributeKey.longKey("messaging.rabbitmq.message.delivery_tag");
    private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("network.peer.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("network.peer.port");
    private static final TextMapSetter<Map<String, Object>> SETTER = Map::put;

    RabbitMqHandWritten(OpenTelemetry openTelemetry) {
        super("rabbitmq", openTelemetry);
    }

    void publish(RabbitMqStub channel, String routingKey, BasicProperties properties, byte[] body) throws IOException {
        Span span = startSend("publish orders", "publish");
        span.setAttribute(ROUTING_KEY, routingKey);
        span.setAttribute(ADDRESS, "10.0.0.7");
        span.setAttribute(PORT, 5672L);
        try (Scope scope = span.makeCurrent()) {
            Map<String, Object> headers =
                    properties.getHeaders() == null ? new HashMap<>() : new HashMap<>(properties.getHeaders());
            propagator.inject(Context.current(), headers, SETTER);
            channel.publish(routingKey, properties.builder().headers(headers).build(), body);
        } catch (IOException | RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    GetResponse get(RabbitMqStub channel) {
        GetResponse response = channel.get();
        received(
                "get orders",
                "get",
                List.of(new Delivery(response.getEnvelope(), response.getProps(), response.getBody())));
        return response;
    }

    @Override
    void describe(Delivery delivery, Span span) {
        span.setAttribute(ROUTING_KEY, delivery.getEnvelope().getRoutingKey());
        span.setAttribute(TAG, delivery.getEnvelope().getDeliveryTag());
    }

    @Override
    void link(SpanContext producer, Delivery delivery, SpanBuilder builder) {
        builder.addLink(producer, Attributes.of(TAG, delivery.getEnvelope().getDeliveryTag()));
    }

    @Override
    public Iterable<String> keys(Delivery delivery) {
        return delivery.getProperties().getHeaders().keySet();
    }

    @Override
    public String get(Delivery delivery, String name) {
        Map<String, Object> headers =
                delivery == null ? null : delivery.getProperties().getHeaders();
        Object value = headers == null ? null : headers.get(name);
        return value == null ? null : value.toString();
    }
}
