package dev.linkspan.propagation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client and is no message's property: its id, its consumer group, the broker it talks to. Immutable;
 * each method returns a copy. Null means unknown, and is left out of spans and metrics.
 */
public final class ClientFacts {

    /** Nothing known. */
    public static final ClientFacts NONE = new ClientFacts(null, null, null, 0, Attributes.empty(), Attributes.empty());

    final @Nullable String clientId;
    final @Nullable String consumerGroup;
    final @Nullable String serverAddress;
    final int serverPort;
    final Attributes attributes;
    final Attributes oldAttributes;

    private ClientFacts(
            @Nullable String clientId,
            @Nullable String consumerGroup,
            @Nullable String serverAddress,
            int serverPort,
            Attributes attributes,
            Attributes oldAttributes) {
        this.clientId = clientId;
        this.consumerGroup = consumerGroup;
        this.serverAddress = serverAddress;
        this.serverPort = serverPort;
        this.attributes = attributes;
        this.oldAttributes = oldAttributes;
    }

    /** With {@code messaging.client.id}. */
    public ClientFacts clientId(@Nullable String id) {
        return new ClientFacts(id, consumerGroup, serverAddress, serverPort, attributes, oldAttributes);
    }

    /** With {@code messaging.consumer.group.name}. */
    public ClientFacts consumerGroup(@Nullable String name) {
        return new ClientFacts(clientId, name, serverAddress, serverPort, attributes, oldAttributes);
    }

    /**
     * With {@code server.address} and {@code server.port}.
     *
     * @param address the broker's host as configured
     * @param port its port; 0 if unknown
     */
    public ClientFacts server(@Nullable String address, int port) {
        return new ClientFacts(clientId, consumerGroup, address, port, attributes, oldAttributes);
    }

    /** With an attribute of the broker's own that holds for every span of this client. */
    public <T> ClientFacts attribute(AttributeKey<T> key, T value) {
        Attributes more = attributes.toBuilder()
                .put(requireNonNull(key, "key"), requireNonNull(value, "value"))
                .build();
        return new ClientFacts(clientId, consumerGroup, serverAddress, serverPort, more, oldAttributes);
    }

    /** With an attribute under a replaced name; written only in {@code messaging/dup} mode. */
    public <T> ClientFacts oldAttribute(AttributeKey<T> key, T value) {
        Attributes more = oldAttributes.toBuilder()
                .put(requireNonNull(key, "key"), requireNonNull(value, "value"))
                .build();
        return new ClientFacts(clientId, consumerGroup, serverAddress, serverPort, attributes, more);
    }
}
