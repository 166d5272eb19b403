package dev.linkspan.kafka;

import io.opentelemetry.api.GlobalOpenTelemetry;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Where an interceptor has its settings from. */
final class KafkaInterceptorTelemetry {

    private static final Logger LOGGER = Logger.getLogger("dev.linkspan");

    private Map<String, ?> config = Map.of();
    private volatile @Nullable KafkaTelemetry telemetry;
    private volatile boolean failed;

    void configure(Map<String, ?> config) {
        Object value = config.get(KafkaTelemetry.CONFIG_KEY);
        if (value != null && !(value instanceof KafkaTelemetry)) {
            throw new ConfigException(
                    KafkaTelemetry.CONFIG_KEY,
                    value,
                    "must be a KafkaTelemetry object; leave it out to use GlobalOpenTelemetry");
        }
        this.config = config;
        this.telemetry = (KafkaTelemetry) value;
    }

    /** Asks for the global instance as late as this: asking sets it, and the application may not have done so yet. */
    synchronized KafkaTelemetry telemetry() {
        KafkaTelemetry known = telemetry;
        if (known == null) {
            known = KafkaTelemetry.create(GlobalOpenTelemetry.get());
            telemetry = known;
        }
        return known;
    }

    KafkaClientFacts client() {
        return telemetry().client(config);
    }

    void suppressed(Throwable t) {
        KafkaTelemetry known = telemetry;
        if (known != null) {
            known.messaging().suppressed("kafka.interceptor", t);
        } else if (t instanceof VirtualMachineError fatal && !(t instanceof StackOverflowError)) {
            throw fatal;
        } else if (!failed) {
            failed = true;
            LOGGER.log(Level.WARNING, "No OpenTelemetry to be had; records go without trace context.", t);
        }
    }
}
