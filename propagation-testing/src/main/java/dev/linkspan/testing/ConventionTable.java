package dev.linkspan.testing;

import static io.opentelemetry.api.common.AttributeType.BOOLEAN;
import static io.opentelemetry.api.common.AttributeType.LONG;
import static io.opentelemetry.api.common.AttributeType.STRING;
import static io.opentelemetry.api.common.AttributeType.STRING_ARRAY;

import io.opentelemetry.api.common.AttributeType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The names of the messaging conventions v1.44.0, and those that earlier versions had for them. */
final class ConventionTable {

    static final String VERSION = "1.44.0";
    static final String SCHEMA_URL_PREFIX = "https://opentelemetry.io/schemas/";

    /** What follows {@code messaging.header.} is an application's own name. */
    static final String HEADER_PREFIX = "messaging.header.";

    static final Set<String> OPERATION_TYPES = Set.of("create", "send", "receive", "process", "settle");

    static final Map<String, String> DEPRECATED_OPERATION_TYPES = Map.of("publish", "send", "deliver", "process");

    static final Map<String, String> DEPRECATED_SYSTEMS = Map.of(
            "AmazonSQS", "aws_sqs",
            "azure_eventgrid", "eventgrid",
            "azure_eventhubs", "eventhubs",
            "azure_servicebus", "servicebus");

    /** These differ for each message, so a span of many cannot have them. */
    static final List<String> OF_ONE_MESSAGE = List.of(
            "messaging.message.id",
            "messaging.message.body.size",
            "messaging.message.envelope.size",
            "messaging.kafka.offset",
            "messaging.rabbitmq.message.delivery_tag");

    private static final Map<String, AttributeType> TYPES = new HashMap<>();
    private static final Map<String, Former> DEPRECATED = new HashMap<>();

    static {
        known(STRING, "messaging.system");
        known(STRING, "messaging.operation.name", "messaging.operation.type");
        known(STRING, "messaging.destination.name", "messaging.destination.template");
        known(STRING, "messaging.destination.partition.id", "messaging.destination.subscription.name");
        known(BOOLEAN, "messaging.destination.temporary", "messaging.destination.anonymous");
        known(STRING, "messaging.client.id", "messaging.consumer.group.name");
        known(STRING, "messaging.message.id", "messaging.message.conversation_id");
        known(LONG, "messaging.message.body.size", "messaging.message.envelope.size");
        known(LONG, "messaging.batch.message_count");
        known(STRING, "messaging.kafka.message.key", "messaging.kafka.cluster.id");
        known(LONG, "messaging.kafka.offset");
        known(BOOLEAN, "messaging.kafka.message.tombstone");
        known(STRING, "messaging.rabbitmq.destination.routing_key");
        known(LONG, "messaging.rabbitmq.message.delivery_tag");
        known(STRING, "messaging.rocketmq.consumption_model", "messaging.rocketmq.namespace");
        known(STRING, "messaging.rocketmq.message.group", "messaging.rocketmq.message.tag");
        known(STRING, "messaging.rocketmq.message.type");
        known(STRING_ARRAY, "messaging.rocketmq.message.keys");
        known(LONG, "messaging.rocketmq.message.delay_time_level", "messaging.rocketmq.message.delivery_timestamp");
        known(LONG, "messaging.gcp_pubsub.message.ack_deadline", "messaging.gcp_pubsub.message.delivery_attempt");
        known(STRING, "messaging.gcp_pubsub.message.ack_id", "messaging.gcp_pubsub.message.ordering_key");
        known(STRING, "messaging.servicebus.disposition_status");
        known(LONG, "messaging.servicebus.message.delivery_count", "messaging.servicebus.message.enqueued_time");
        known(LONG, "messaging.eventhubs.message.enqueued_time");
        known(STRING, "aws.sqs.queue.url", "aws.request_id");
        known(STRING, "server.address", "network.peer.address", "error.type");
        known(LONG, "server.port", "network.peer.port");

        deprecated("messaging.operation", STRING, "messaging.operation.type");
        deprecated("messaging.client_id", STRING, "messaging.client.id");
        deprecated("messaging.consumer.id", STRING, "messaging.client.id");
        deprecated("messaging.consumer_id", STRING, "messaging.client.id");
        deprecated("messaging.kafka.client_id", STRING, "messaging.client.id");
        deprecated("messaging.kafka.consumer.group", STRING, "messaging.consumer.group.name");
        deprecated("messaging.kafka.consumer_group", STRING, "messaging.consumer.group.name");
        deprecated("messaging.rocketmq.client_group", STRING, "messaging.consumer.group.name");
        deprecated("messaging.eventhubs.consumer.group", STRING, "messaging.consumer.group.name");
        deprecated("messaging.kafka.destination.partition", LONG, "messaging.destination.partition.id");
        deprecated("messaging.kafka.source.partition", LONG, "messaging.destination.partition.id");
        deprecated("messaging.kafka.partition", LONG, "messaging.destination.partition.id");
        deprecated("messaging.kafka.message.offset", LONG, "messaging.kafka.offset");
        deprecated("messaging.kafka.message_key", STRING, "messaging.kafka.message.key");
        deprecated("messaging.kafka.tombstone", BOOLEAN, "messaging.kafka.message.tombstone");
        deprecated("messaging.rabbitmq.routing_key", STRING, "messaging.rabbitmq.destination.routing_key");
        deprecated(
                "messaging.servicebus.destination.subscription_name",
                STRING,
                "messaging.destination.subscription.name");
        deprecated("messaging.destination", STRING, "messaging.destination.name");
        deprecated("messaging.destination.kind", STRING, null);
        deprecated("messaging.destination_kind", STRING, null);
        deprecated("messaging.temp_destination", BOOLEAN, "messaging.destination.temporary");
        deprecated("messaging.destination_publish.name", STRING, null);
        deprecated("messaging.destination_publish.anonymous", BOOLEAN, null);
        deprecated("messaging.source.name", STRING, "messaging.destination.name");
        deprecated("messaging.source.kind", STRING, null);
        deprecated("messaging.source.template", STRING, "messaging.destination.template");
        deprecated("messaging.source.temporary", BOOLEAN, "messaging.destination.temporary");
        deprecated("messaging.source.anonymous", BOOLEAN, "messaging.destination.anonymous");
        deprecated("messaging.message_id", STRING, "messaging.message.id");
        deprecated("messaging.conversation_id", STRING, "messaging.message.conversation_id");
        deprecated("messaging.message.payload_size_bytes", LONG, "messaging.message.body.size");
        deprecated("messaging.message_payload_size_bytes", LONG, "messaging.message.body.size");
        deprecated("messaging.message.payload_compressed_size_bytes", LONG, null);
        deprecated("messaging.message_payload_compressed_size_bytes", LONG, null);
        deprecated("messaging.url", STRING, null);
        deprecated("messaging.protocol", STRING, null);
        deprecated("messaging.protocol_version", STRING, null);
        deprecated("net.peer.name", STRING, "server.address");
        deprecated("net.peer.port", LONG, "server.port");
        deprecated("net.sock.peer.addr", STRING, "network.peer.address");
        deprecated("net.sock.peer.port", LONG, "network.peer.port");
        deprecated("net.sock.peer.name", STRING, null);
        deprecated("net.sock.family", STRING, null);
        deprecated("net.transport", STRING, null);
        deprecated("net.protocol.name", STRING, null);
        deprecated("net.protocol.version", STRING, null);
    }

    private ConventionTable() {}

    /** @param heir null if the attribute is gone without one */
    record Former(AttributeType type, @Nullable String heir) {}

    private static void known(AttributeType type, String... names) {
        for (String name : names) {
            TYPES.put(name, type);
        }
    }

    private static void deprecated(String name, AttributeType type, @Nullable String heir) {
        DEPRECATED.put(name, new Former(type, heir));
    }

    /** Null if the name is none of these conventions. */
    static @Nullable AttributeType type(String name) {
        return name.startsWith(HEADER_PREFIX) ? STRING_ARRAY : TYPES.get(name);
    }

    static @Nullable Former former(String name) {
        return DEPRECATED.get(name);
    }

    static boolean claims(String name) {
        return name.startsWith("messaging.") || TYPES.containsKey(name) || DEPRECATED.containsKey(name);
    }

    /** The known name that looks most like it; null if none does. */
    static @Nullable String nearest(String name) {
        String nearest = null;
        int best = 4;
        for (String known : TYPES.keySet()) {
            int distance = distance(name, known, best);
            if (distance < best || (distance == best && nearest != null && known.compareTo(nearest) < 0)) {
                best = distance;
                nearest = known;
            }
        }
        return nearest;
    }

    /** Levenshtein's, or more if it is at least the limit. */
    private static int distance(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) >= limit) {
            return Integer.MAX_VALUE;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
