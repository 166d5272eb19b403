package dev.linkspan.nats;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** Attributes of spans that these tests look at. */
final class Names {

    static final AttributeKey<String> MESSAGE_ID = stringKey("messaging.message.id");
    static final AttributeKey<String> CONVERSATION_ID = stringKey("messaging.message.conversation_id");
    static final AttributeKey<String> TEMPLATE = stringKey("messaging.destination.template");
    static final AttributeKey<Boolean> TEMPORARY = booleanKey("messaging.destination.temporary");
    static final AttributeKey<String> GROUP = stringKey("messaging.consumer.group.name");
    static final AttributeKey<String> CLIENT_ID = stringKey("messaging.client.id");
    static final AttributeKey<String> SERVER = stringKey("server.address");
    static final AttributeKey<Long> COUNT = longKey("messaging.batch.message_count");
    static final AttributeKey<Long> DELIVERIES = longKey("linkspan.message.delivery_count");
    static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

    private Names() {}
}
