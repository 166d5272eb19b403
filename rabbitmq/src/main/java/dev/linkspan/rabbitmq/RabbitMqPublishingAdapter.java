package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.observation.ObservationCollector.ConnectionInfo;
import dev.linkspan.propagation.AttributeSink;
import org.jspecify.annotations.Nullable;

/** Reads messages that are to be sent. */
final class RabbitMqPublishingAdapter extends RabbitMqAdapter<RabbitMqPublishing> {

    @Override
    @Nullable
    BasicProperties properties(RabbitMqPublishing message) {
        return message.properties();
    }

    @Override
    public String destination(RabbitMqPublishing message) {
        return RabbitMqDestination.of(message.exchange(), message.routingKey());
    }

    @Override
    public long bodySize(RabbitMqPublishing message) {
        return message.bodySize();
    }

    @Override
    public void attributes(RabbitMqPublishing message, AttributeSink sink) {
        String routingKey = message.routingKey();
        if (routingKey != null && !routingKey.isEmpty()) {
            sink.put(RabbitMqAttributes.ROUTING_KEY, routingKey);
        }
        ConnectionInfo connection = message.connection();
        if (connection != null) {
            peer(connection.getPeerAddress(), connection.getPeerPort(), sink);
        }
    }

    static void peer(@Nullable String address, int port, AttributeSink sink) {
        if (address != null && !address.isEmpty()) {
            sink.put(RabbitMqAttributes.PEER_ADDRESS, address);
            sink.put(RabbitMqAttributes.PEER_PORT, (long) port);
        }
    }

    @Override
    public String sendName() {
        return "publish";
    }
}
