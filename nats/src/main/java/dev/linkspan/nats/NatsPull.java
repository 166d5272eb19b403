package dev.linkspan.nats;

import io.nats.client.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pull, traced after the fact. What the client returns goes through it unchanged. */
final class NatsPull {

    private final NatsClient client;
    private final long startNanos = System.nanoTime();

    private NatsPull(NatsClient client) {
        this.client = client;
    }

    static NatsPull begin(NatsClient client) {
        return new NatsPull(client);
    }

    /** @param message null if the pull timed out, which makes nothing */
    @Nullable
    Message brought(@Nullable Message message) {
        if (message != null) {
            client.pulled().received(List.of(message), startNanos);
        }
        return message;
    }

    @Nullable
    List<Message> brought(@Nullable List<Message> messages) {
        if (messages != null && !messages.isEmpty()) {
            client.pulled().received(messages, startNanos);
        }
        return messages;
    }

    /** Not for an end by the application: an interrupt, or that it closed what it pulls from. */
    void failed(Throwable error) {
        if (!(error instanceof InterruptedException) && error.getClass() != IllegalStateException.class) {
            client.pulled().receiveFailed(error, startNanos);
        }
    }
}
