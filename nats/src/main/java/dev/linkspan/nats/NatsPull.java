package dev.linkspan.nats;

import io.nats.client.Message;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A pull, traced after the fact. What the client returns or throws comes out of it unchanged. */
final class NatsPull {

    private final NatsClient client;
    private final long startNanos = System.nanoTime();

    private NatsPull(NatsClient client) {
        this.client = client;
    }

    static NatsPull begin(NatsClient client) {
        return new NatsPull(client);
    }

    /** A call that brings one message, or null where it timed out. */
    static <X extends Exception, Y extends Exception, Z extends Exception> @Nullable Message one(
            NatsClient client, Call<X, Y, Z> call) throws InterruptedException, X, Y, Z {
        NatsPull pull = begin(client);
        Message message;
        try {
            message = call.next();
        } catch (Throwable t) {
            pull.failed(t);
            throw t;
        }
        return pull.brought(message);
    }

    /** A call that brings a list of messages. */
    static @Nullable List<Message> all(NatsClient client, Supplier<@Nullable List<Message>> call) {
        NatsPull pull = begin(client);
        List<Message> messages = pull.orFailed(call);
        if (messages != null && !messages.isEmpty()) {
            client.pulled().received(messages, pull.startNanos);
        }
        return messages;
    }

    /** Null makes no span: there was no message. */
    @Nullable
    Message brought(@Nullable Message message) {
        if (message != null) {
            client.pulled().receivedOne(message, startNanos);
        }
        return message;
    }

    <R extends @Nullable Object> R orFailed(Supplier<R> call) {
        try {
            return call.get();
        } catch (Throwable t) {
            failed(t);
            throw t;
        }
    }

    /** Not for an end by the application: an interrupt, or that it closed what it pulls from. */
    private void failed(Throwable error) {
        if (!(error instanceof InterruptedException) && error.getClass() != IllegalStateException.class) {
            client.pulled().receiveFailed(error, startNanos);
        }
    }

    /** The client's own call, with those exceptions that it declares beside the interrupt. */
    interface Call<X extends Exception, Y extends Exception, Z extends Exception> {
        @Nullable
        Message next() throws InterruptedException, X, Y, Z;
    }
}
