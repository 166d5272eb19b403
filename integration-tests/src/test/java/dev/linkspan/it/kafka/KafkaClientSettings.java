package dev.linkspan.it.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Client settings for tests: everything waits long enough for a busy machine, and nothing for minutes. */
final class KafkaClientSettings {

    static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    private KafkaClientSettings() {}

    static Map<String, Object> producer(String bootstrapServers) {
        Map<String, Object> settings = common(bootstrapServers);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 20_000);
        return settings;
    }

    static Map<String, Object> consumer(String bootstrapServers, boolean classicProtocol) {
        Map<String, Object> settings = shareConsumer(bootstrapServers);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        if (classicProtocol) {
            // A member learns of a rebalance by a heartbeat; in the newer protocol the broker sets the interval.
            settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 300);
            settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        }
        return settings;
    }

    /** Without what share consumers refuse, such as {@code auto.offset.reset}. */
    static Map<String, Object> shareConsumer(String bootstrapServers) {
        Map<String, Object> settings = common(bootstrapServers);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        return settings;
    }

    static Map<String, Object> admin(String bootstrapServers) {
        return common(bootstrapServers);
    }

    // Clients after 4.0 replace this method by one that older clients lack.
    @SuppressWarnings("deprecation")
    static void close(Consumer<?, ?> consumer) {
        consumer.close(CLOSE_WITHIN);
    }

    private static Map<String, Object> common(String bootstrapServers) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        // A client must find a broker that was started again within a test's patience.
        settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200L);
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return settings;
    }
}
