package dev.linkspan.nats;

import io.nats.client.Message;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The client's iterator, which waits for the next message when it is asked whether there is one. */
final class NatsPullIterator implements Iterator<@Nullable Message> {

    private final Iterator<Message> messages;
    private final NatsClient client;
    private @Nullable NatsPull pull;

    NatsPullIterator(Iterator<Message> messages, NatsClient client) {
        this.messages = messages;
        this.client = client;
    }

    @Override
    public boolean hasNext() {
        NatsPull begun = begin();
        // what fails is told, and the next try begins anew
        pull = null;
        boolean more = begun.orFailed(messages::hasNext);
        pull = begun;
        return more;
    }

    @Override
    public @Nullable Message next() {
        NatsPull begun = begin();
        Message message = messages.next();
        pull = null;
        return begun.brought(message);
    }

    @Override
    public void remove() {
        messages.remove();
    }

    private NatsPull begin() {
        NatsPull begun = pull == null ? NatsPull.begin(client) : pull;
        pull = begun;
        return begun;
    }
}
