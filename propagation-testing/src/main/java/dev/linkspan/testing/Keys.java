package dev.linkspan.testing;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** Names that the assertions read. Spelled again, and not taken from core, so that a slip there is seen here. */
final class Keys {

    static final AttributeKey<String> SYSTEM = stringKey("messaging.system");
    static final AttributeKey<String> OPERATION_NAME = stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = stringKey("messaging.operation.type");
    static final AttributeKey<String> OLD_OPERATION = stringKey("messaging.operation");
    static final AttributeKey<String> DESTINATION = stringKey("messaging.destination.name");
    static final AttributeKey<String> TEMPLATE = stringKey("messaging.destination.template");
    static final AttributeKey<Boolean> TEMPORARY = booleanKey("messaging.destination.temporary");
    static final AttributeKey<Boolean> ANONYMOUS = booleanKey("messaging.destination.anonymous");
    static final AttributeKey<String> PARTITION = stringKey("messaging.destination.partition.id");
    static final AttributeKey<String> GROUP = stringKey("messaging.consumer.group.name");
    static final AttributeKey<String> MESSAGE_ID = stringKey("messaging.message.id");
    static final AttributeKey<Long> KAFKA_OFFSET = longKey("messaging.kafka.offset");
    static final AttributeKey<Long> BATCH_COUNT = longKey("messaging.batch.message_count");
    static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
    static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");

    static final AttributeKey<Long> LINKS_LEFT_OUT = longKey("linkspan.links.left_out");
    static final AttributeKey<Long> LINK_MESSAGE_COUNT = longKey("linkspan.link.message_count");
    static final AttributeKey<Long> DELIVERY_COUNT = longKey("linkspan.message.delivery_count");

    private Keys() {}
}
