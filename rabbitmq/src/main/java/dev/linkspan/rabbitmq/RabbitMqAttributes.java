package dev.linkspan.rabbitmq;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** RabbitMQ's names in the messaging conventions, v1.44.0, and what they have no name for. */
final class RabbitMqAttributes {

    static final AttributeKey<String> ROUTING_KEY = stringKey("messaging.rabbitmq.destination.routing_key");
    static final AttributeKey<Long> DELIVERY_TAG = longKey("messaging.rabbitmq.message.delivery_tag");
    static final AttributeKey<String> PEER_ADDRESS = stringKey("network.peer.address");
    static final AttributeKey<Long> PEER_PORT = longKey("network.peer.port");

    static final AttributeKey<Boolean> REDELIVERED = booleanKey("linkspan.rabbitmq.redelivered");
    static final AttributeKey<Long> DEATH_COUNT = longKey("linkspan.rabbitmq.death_count");
    static final AttributeKey<Boolean> MULTIPLE = booleanKey("linkspan.rabbitmq.multiple");

    private RabbitMqAttributes() {}
}
