package dev.linkspan.nats;

import dev.linkspan.propagation.AttributeSink;
import dev.linkspan.propagation.ClientFacts;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsJetStreamMetaData;
import org.jspecify.annotations.Nullable;

/** Reads messages that were received, from whichever connection. */
final class NatsMessageAdapter extends NatsAdapter<Message> {

    private final NatsClients clients;

    NatsMessageAdapter(NatsClients clients) {
        this.clients = clients;
    }

    @Override
    public @Nullable Headers headers(Message message) {
        return message.getHeaders();
    }

    @Override
    public @Nullable String destination(Message message) {
        return message.getSubject();
    }

    @Override
    @Nullable
    String replyTo(Message message) {
        return message.getReplyTo();
    }

    @Override
    String inboxPrefix(Message message) {
        NatsClient client = clients.of(message);
        return client == null ? NatsClient.INBOX_PREFIX : client.inboxPrefix;
    }

    /** Heartbeats, flow control, the end of a pull, nobody there to answer. */
    @Override
    public boolean control(Message message) {
        return message.isStatusMessage();
    }

    @Override
    public @Nullable ClientFacts client(Message message) {
        NatsClient client = clients.of(message);
        return client == null ? null : client.factsOf(message);
    }

    @Override
    public @Nullable String messageId(Message message) {
        Headers headers = message.getHeaders();
        return headers == null ? null : headers.getFirst(MESSAGE_ID);
    }

    @Override
    public int deliveryCount(Message message) {
        return message.isJetStream()
                ? (int) Math.min(Integer.MAX_VALUE, message.metaData().deliveredCount())
                : 0;
    }

    @Override
    public long bodySize(Message message) {
        byte[] body = message.getData();
        return body == null ? 0 : body.length;
    }

    @Override
    public void attributes(Message message, AttributeSink sink) {
        if (message.isJetStream()) {
            NatsJetStreamMetaData metaData = message.metaData();
            sink.put(NatsAttributes.STREAM, metaData.getStream());
            sink.put(NatsAttributes.CONSUMER, metaData.getConsumer());
            sink.put(NatsAttributes.SEQUENCE, metaData.streamSequence());
        }
    }
}
