package dev.linkspan.nats;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** The messaging conventions, v1.44.0, have no names for NATS: these are ours, but for the one that they have for all. */
final class NatsAttributes {

    static final AttributeKey<String> STREAM = stringKey("linkspan.nats.stream");
    static final AttributeKey<String> CONSUMER = stringKey("linkspan.nats.consumer");
    static final AttributeKey<Long> SEQUENCE = longKey("linkspan.nats.sequence");
    static final AttributeKey<Boolean> DUPLICATE = booleanKey("linkspan.nats.duplicate");

    /** Of a request, the client tells it with the reply. */
    static final AttributeKey<String> CONVERSATION_ID = stringKey("messaging.message.conversation_id");

    private NatsAttributes() {}
}
