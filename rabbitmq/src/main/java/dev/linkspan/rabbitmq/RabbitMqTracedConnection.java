package dev.linkspan.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link Connection} that give out channels; all others go straight to the client. */
final class RabbitMqTracedConnection {

    private final Connection client;
    private final BiFunction<Channel, @Nullable Connection, Channel> wrap;
    /** The proxy in front of this, which channels give back as their connection. */
    @Nullable
    Connection self;

    RabbitMqTracedConnection(Connection client, BiFunction<Channel, @Nullable Connection, Channel> wrap) {
        this.client = client;
        this.wrap = wrap;
    }

    @Nullable
    Channel createChannel() throws IOException {
        return traced(client.createChannel());
    }

    @Nullable
    Channel createChannel(int channelNumber) throws IOException {
        return traced(client.createChannel(channelNumber));
    }

    Optional<Channel> openChannel() throws IOException {
        return client.openChannel().map(this::traced);
    }

    Optional<Channel> openChannel(int channelNumber) throws IOException {
        return client.openChannel(channelNumber).map(this::traced);
    }

    /** A connection that has no channel left says so by null. */
    private @Nullable Channel traced(@Nullable Channel channel) {
        return channel == null ? null : wrap.apply(channel, self);
    }
}
