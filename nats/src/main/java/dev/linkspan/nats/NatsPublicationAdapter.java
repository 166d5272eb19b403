package dev.linkspan.nats;

import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/** Reads messages that are to be published. */
final class NatsPublicationAdapter extends NatsAdapter<NatsPublication> {

    private final String sendName;
    private final String inboxPrefix;

    /** @param sendName {@code publish} or {@code request} */
    NatsPublicationAdapter(String sendName, String inboxPrefix) {
        this.sendName = sendName;
        this.inboxPrefix = inboxPrefix;
    }

    @Override
    public String sendName() {
        return sendName;
    }

    @Override
    public @Nullable Headers headers(NatsPublication publication) {
        return publication.headers();
    }

    @Override
    public @Nullable String destination(NatsPublication publication) {
        return publication.subject();
    }

    @Override
    @Nullable
    String replyTo(NatsPublication publication) {
        return publication.replyTo();
    }

    @Override
    String inboxPrefix(NatsPublication publication) {
        return inboxPrefix;
    }

    @Override
    public @Nullable String messageId(NatsPublication publication) {
        return publication.messageId();
    }

    @Override
    public long bodySize(NatsPublication publication) {
        return publication.bodySize();
    }
}
