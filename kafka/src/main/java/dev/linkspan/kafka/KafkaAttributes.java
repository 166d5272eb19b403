package dev.linkspan.kafka;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;

/** Kafka's names in the messaging conventions, v1.44.0. */
final class KafkaAttributes {

    static final AttributeKey<String> CLUSTER_ID = stringKey("messaging.kafka.cluster.id");
    static final AttributeKey<Long> OFFSET = longKey("messaging.kafka.offset");
    static final AttributeKey<String> MESSAGE_KEY = stringKey("messaging.kafka.message.key");
    static final AttributeKey<Boolean> TOMBSTONE = booleanKey("messaging.kafka.message.tombstone");

    /** What v1.24 called them; only with {@code messaging/dup}. */
    static final AttributeKey<Long> OLD_OFFSET = longKey("messaging.kafka.message.offset");

    static final AttributeKey<String> OLD_CONSUMER_GROUP = stringKey("messaging.kafka.consumer.group");

    private KafkaAttributes() {}
}
