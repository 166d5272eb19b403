package dev.linkspan.kafka;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Message keys as attributes. */
final class KafkaKeys {

    private KafkaKeys() {}

    /** Null for a key without one canonical text (conventions, {@code messaging.kafka.message.key}). */
    static @Nullable String text(@Nullable Object key) {
        if (key instanceof String text) {
            return text;
        }
        return key instanceof CharSequence || key instanceof Number || key instanceof UUID || key instanceof Boolean
                ? key.toString()
                : null;
    }
}
