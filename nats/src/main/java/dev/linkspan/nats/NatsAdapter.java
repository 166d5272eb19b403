package dev.linkspan.nats;

import dev.linkspan.propagation.HeaderCarrier;
import dev.linkspan.propagation.MessageAdapter;
import io.nats.client.impl.Headers;
import org.jspecify.annotations.Nullable;

/** What is the same for messages that are published and messages that are received. */
abstract class NatsAdapter<M> implements MessageAdapter<M, Headers> {

    static final String MESSAGE_ID = "Nats-Msg-Id";

    /** Null where the classes do not come from the jar. */
    private static final @Nullable String VERSION =
            NatsAdapter.class.getPackage().getImplementationVersion();

    @Override
    public String instrumentationName() {
        return "dev.linkspan.nats";
    }

    @Override
    public @Nullable String instrumentationVersion() {
        return VERSION;
    }

    @Override
    public String system() {
        return "nats";
    }

    @Override
    public HeaderCarrier<Headers> carrier() {
        return NatsCarrier.INSTANCE;
    }

    /** The prefix of the inboxes that the message's client makes, with the dot at its end. */
    abstract String inboxPrefix(M message);

    abstract @Nullable String replyTo(M message);

    @Override
    public boolean temporary(M message) {
        return isInbox(destination(message), inboxPrefix(message));
    }

    /** Inboxes have names of their own, and are gone with the reply. */
    @Override
    public @Nullable String destinationTemplate(M message) {
        String prefix = inboxPrefix(message);
        return isInbox(destination(message), prefix) ? prefix.substring(0, prefix.length() - 1) : null;
    }

    /** The inbox for the reply is made for one request, so it tells which reply belongs to which. */
    @Override
    public @Nullable String conversationId(M message) {
        String prefix = inboxPrefix(message);
        String replyTo = replyTo(message);
        if (isInbox(replyTo, prefix)) {
            return replyTo;
        }
        String subject = destination(message);
        return isInbox(subject, prefix) ? subject : null;
    }

    private static boolean isInbox(@Nullable String subject, String prefix) {
        return subject != null && prefix.length() > 1 && subject.startsWith(prefix);
    }
}
