package dev.linkspan.rabbitmq;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Destinations as the conventions name them, and what follows from such a name. */
final class RabbitMqDestination {

    /** What a message goes to that names neither an exchange nor a key. */
    private static final String DEFAULT = "amq.default";

    private static final String REPLY_TO = "amq.rabbitmq.reply-to";

    /** Names that a broker, Spring or an application made up: their fixed part is of low cardinality. */
    private static final Pattern GENERATED = Pattern.compile("(amq\\.gen-|spring\\.gen-)[A-Za-z0-9_-]+"
            + "|(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])");

    private RabbitMqDestination() {}

    /** What a producer sends to: {@code exchange:routing_key}, of which an empty one is left out. */
    static String of(@Nullable String exchange, @Nullable String routingKey) {
        return of(exchange, routingKey, null);
    }

    /**
     * What a consumer receives from: {@code exchange:routing_key:queue}, of which empty ones are left out, and the queue
     * too where it is the routing key.
     *
     * @param queue null if unknown
     */
    static String of(@Nullable String exchange, @Nullable String routingKey, @Nullable String queue) {
        String key = routingKey == null ? "" : routingKey;
        boolean hasExchange = exchange != null && !exchange.isEmpty();
        boolean hasQueue = queue != null && !queue.isEmpty() && !queue.equals(key);
        if (!hasExchange && !hasQueue) {
            return key.isEmpty() ? DEFAULT : key;
        }
        StringBuilder name = new StringBuilder(64);
        if (hasExchange) {
            name.append(exchange);
        }
        if (!key.isEmpty()) {
            name.append(hasExchange ? ":" : "").append(key);
        }
        if (hasQueue) {
            name.append(name.isEmpty() ? "" : ":").append(queue);
        }
        return name.toString();
    }

    /** Whether it is a direct reply-to, which lives as long as the channel of who waits for the reply. */
    static boolean isReplyTo(String destination) {
        return destination.contains(REPLY_TO);
    }

    /** Whether a part of it was made up. */
    static boolean isGenerated(String destination) {
        return GENERATED.matcher(destination).find();
    }

    /** The name with a star for each part that was made up; null if none was. */
    static @Nullable String template(String destination) {
        if (isReplyTo(destination)) {
            return REPLY_TO;
        }
        String template = GENERATED
                .matcher(destination)
                .replaceAll(generated -> generated.group(1) == null ? "*" : generated.group(1) + "*");
        return template.equals(destination) ? null : template;
    }
}
