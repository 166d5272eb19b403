package dev.linkspan.nats;

import dev.linkspan.propagation.MessageSpan;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the answer to a publish or a request says on its span. */
final class NatsAnswers {

    /** What newer clients return, if asked to, in place of a null that says nothing. */
    private static final String FAILURE = "io.nats.client.RequestFailureMessage";

    private static final @Nullable MethodHandle REASON = reason();

    private NatsAnswers() {}

    /** @param ack null where the client waits for none */
    static void stored(MessageSpan span, @Nullable PublishAck ack) {
        if (ack != null && span.isRecording()) {
            span.put(NatsAttributes.STREAM, ack.getStream());
            span.put(NatsAttributes.SEQUENCE, ack.getSeqno());
            if (ack.isDuplicate()) {
                // nobody will receive it, and so nothing will ever link to this span
                span.put(NatsAttributes.DUPLICATE, true);
            }
        }
    }

    /** @param reply null where none came in time, or nobody was there to reply */
    static void replied(MessageSpan span, @Nullable Message reply) {
        if (reply == null) {
            span.error("no_reply", "no reply came in time, or nobody listens to the subject");
        } else if (reply.getClass().getName().equals(FAILURE)) {
            span.error(reasonOf(reply), null);
        } else if (reply.isStatusMessage()) {
            span.error(
                    Integer.toString(reply.getStatus().getCode()),
                    reply.getStatus().getMessage());
        } else {
            span.put(NatsAttributes.CONVERSATION_ID, reply.getSubject());
        }
    }

    private static String reasonOf(Message failure) {
        try {
            return REASON == null
                    ? "no_reply"
                    : REASON.invoke(failure).toString().toLowerCase(Locale.ROOT);
        } catch (Throwable t) {
            return "no_reply";
        }
    }

    private static @Nullable MethodHandle reason() {
        try {
            Class<?> failure = Class.forName(FAILURE, false, Message.class.getClassLoader());
            return MethodHandles.publicLookup().unreflect(failure.getMethod("getReason"));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
