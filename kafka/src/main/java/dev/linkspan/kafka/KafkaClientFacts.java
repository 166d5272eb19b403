package dev.linkspan.kafka;

import dev.linkspan.propagation.ClientFacts;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/** What a client's configuration says of it, and where there is none, what the client itself does. */
final class KafkaClientFacts {

    private final Map<?, ?> config;
    private final @Nullable String clusterId;

    KafkaClientFacts(Map<?, ?> config, @Nullable String clusterId) {
        this.config = config;
        this.clusterId = clusterId;
    }

    /** A producer has no group, whatever its configuration holds. */
    ClientFacts producer(Map<MetricName, ? extends Metric> metrics) {
        String clientId = text("client.id");
        ClientFacts facts = server(ClientFacts.NONE.clientId(clientId != null ? clientId : clientId(metrics)));
        return clusterId == null ? facts : facts.attribute(KafkaAttributes.CLUSTER_ID, clusterId);
    }

    /** @param group what the consumer says; null to take it from the configuration */
    ClientFacts consumer(Map<MetricName, ? extends Metric> metrics, @Nullable String group) {
        String groupId = group != null ? group : text("group.id");
        ClientFacts facts = producer(metrics);
        return groupId == null || groupId.isEmpty() ? facts : withGroup(facts, groupId);
    }

    static ClientFacts withGroup(ClientFacts facts, String groupId) {
        return facts.consumerGroup(groupId).oldAttribute(KafkaAttributes.OLD_CONSUMER_GROUP, groupId);
    }

    int maxRequestSize() {
        String size = text("max.request.size");
        try {
            return size == null ? KafkaTelemetry.DEFAULT_MAX_REQUEST_SIZE : Integer.parseInt(size.trim());
        } catch (NumberFormatException e) {
            // the client refuses such a configuration itself
            return KafkaTelemetry.DEFAULT_MAX_REQUEST_SIZE;
        }
    }

    boolean transactional() {
        return text("transactional.id") != null;
    }

    /** Whether the consumer surely commits by itself, also what was not handled; false where nothing says so. */
    boolean autoCommits() {
        String auto = text("enable.auto.commit");
        return text("group.id") != null && (auto == null || Boolean.parseBoolean(auto.trim()));
    }

    private @Nullable String text(String key) {
        Object value = config.get(key);
        return value == null || value.toString().isEmpty() ? null : value.toString();
    }

    static @Nullable String clientId(Map<MetricName, ? extends Metric> metrics) {
        for (MetricName name : metrics.keySet()) {
            String id = name.tags().get("client-id");
            if (id != null && !id.isEmpty()) {
                return id;
            }
        }
        return null;
    }

    /** Only where one bootstrap server is configured; of several nobody knows here which one answered. */
    private ClientFacts server(ClientFacts facts) {
        Object value = config.get("bootstrap.servers");
        if (value == null) {
            return facts;
        }
        String servers = value instanceof Iterable<?> list ? join(list) : value.toString();
        int colon = servers.lastIndexOf(':');
        if (colon <= 0 || servers.indexOf(',') >= 0) {
            return facts;
        }
        try {
            return facts.server(
                    host(servers.substring(0, colon).trim()),
                    Integer.parseInt(servers.substring(colon + 1).trim()));
        } catch (NumberFormatException e) {
            return facts;
        }
    }

    private static String join(Iterable<?> list) {
        StringBuilder joined = new StringBuilder();
        for (Object server : list) {
            joined.append(joined.isEmpty() ? "" : ",").append(server);
        }
        return joined.toString();
    }

    /** Without a scheme such as {@code SSL://} and without the brackets of IPv6. */
    private static String host(String host) {
        String bare = host.substring(host.indexOf("://") < 0 ? 0 : host.indexOf("://") + 3);
        return bare.startsWith("[") && bare.endsWith("]") ? bare.substring(1, bare.length() - 1) : bare;
    }
}
