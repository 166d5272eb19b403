package dev.linkspan.kafka;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessagingTelemetry;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/** What a client's configuration says of it, and where there is none, what the client itself does. */
final class KafkaClientFacts {

    private final MessagingTelemetry telemetry;
    private final Map<?, ?> config;
    private final @Nullable String clusterId;

    KafkaClientFacts(MessagingTelemetry telemetry, Map<?, ?> config, @Nullable String clusterId) {
        this.telemetry = telemetry;
        this.config = config;
        this.clusterId = clusterId;
    }

    ClientFacts of(Producer<?, ?> producer) {
        return of(clientId(producer::metrics), null);
    }

    /** On the thread that uses the consumer. */
    ClientFacts of(Consumer<?, ?> consumer) {
        return of(clientId(consumer::metrics), config.get("group.id") == null ? groupOf(consumer) : text("group.id"));
    }

    ClientFacts of(ShareConsumer<?, ?> consumer) {
        return of(clientId(consumer::metrics), text("group.id"));
    }

    /** Of a producer that is not at hand. */
    ClientFacts ofProducer() {
        return of(null, null);
    }

    /** Of a consumer that is not at hand. */
    ClientFacts ofConsumer() {
        return of(null, text("group.id"));
    }

    private ClientFacts of(@Nullable String clientId, @Nullable String groupId) {
        String configured = text("client.id");
        ClientFacts facts = server(ClientFacts.NONE.clientId(configured != null ? configured : clientId));
        if (clusterId != null) {
            facts = facts.attribute(KafkaAttributes.CLUSTER_ID, clusterId);
        }
        return groupId == null || groupId.isEmpty() ? facts : withGroup(facts, groupId);
    }

    private @Nullable String groupOf(Consumer<?, ?> consumer) {
        try {
            return consumer.groupMetadata().groupId();
        } catch (RuntimeException e) {
            // a consumer without a group says so by throwing
            return null;
        } catch (Throwable t) {
            telemetry.suppressed("kafka.group", t);
            return null;
        }
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

    /** Whether an interceptor in the client counts what it brings. */
    boolean isCounted(Supplier<Map<MetricName, ? extends Metric>> metrics) {
        return KafkaTelemetryConsumerInterceptor.counts(clientId(metrics));
    }

    /** What the client's metrics are tagged with. */
    private @Nullable String clientId(Supplier<Map<MetricName, ? extends Metric>> metrics) {
        try {
            Map<MetricName, ? extends Metric> known = metrics.get();
            for (MetricName name : known == null ? Set.<MetricName>of() : known.keySet()) {
                String id = name.tags().get("client-id");
                if (id != null && !id.isEmpty()) {
                    return id;
                }
            }
        } catch (Throwable t) {
            telemetry.suppressed("kafka.metrics", t);
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
