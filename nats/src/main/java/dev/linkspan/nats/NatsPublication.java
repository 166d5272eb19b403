package dev.linkspan.nats;

import io.nats.client.Message;
import io.nats.client.PublishOptions;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import org.jspecify.annotations.Nullable;

/**
 * What the application gives its client to publish.
 *
 * @param headers the caller's own; never written to
 * @param optionsSize how many bytes of headers the client makes of JetStream's options, at most
 */
record NatsPublication(
        String subject,
        @Nullable String replyTo,
        @Nullable Headers headers,
        int bodySize,
        @Nullable String messageId,
        int optionsSize) {

    /** What a stream takes; nobody can know here whether one takes what is published to a subject. */
    private static final int MAX_HEADERS = 65_535;

    /** Names and numbers of all headers that options can become. */
    private static final int OPTION_HEADERS = 320;

    static NatsPublication of(
            String subject, @Nullable String replyTo, @Nullable Headers headers, byte @Nullable [] body) {
        return new NatsPublication(subject, replyTo, headers, length(body), idIn(headers), 0);
    }

    static NatsPublication of(
            String subject, @Nullable Headers headers, byte @Nullable [] body, @Nullable PublishOptions options) {
        if (options == null) {
            return of(subject, null, headers, body);
        }
        String id = options.getMessageId();
        return new NatsPublication(
                subject, null, headers, length(body), isEmpty(id) ? idIn(headers) : id, sizeOf(options, subject));
    }

    static NatsPublication of(Message message) {
        return of(message.getSubject(), message.getReplyTo(), message.getHeaders(), message.getData());
    }

    static NatsPublication of(Message message, @Nullable PublishOptions options) {
        return of(message.getSubject(), message.getHeaders(), message.getData(), options);
    }

    /** The message with these headers; itself, if there are none to add to its own. */
    static Message with(@Nullable Headers context, Message message) {
        return context == null
                ? message
                : new NatsMessage(message.getSubject(), message.getReplyTo(), context, message.getData());
    }

    /** @return how much larger it may become; negative where it is too large already */
    long room(long maxPayload) {
        long headersSize = (long) optionsSize + NatsCarrier.sizeOf(headers);
        long room = MAX_HEADERS - headersSize;
        return maxPayload <= 0 ? room : Math.min(room, maxPayload - bodySize - headersSize);
    }

    private static int sizeOf(PublishOptions options, @Nullable String subject) {
        return OPTION_HEADERS
                + length(options.getMessageId())
                + length(options.getExpectedStream())
                + length(options.getExpectedLastMsgId())
                // newer clients may expect a sequence of another subject, which is much like this one
                + 2 * length(subject);
    }

    private static @Nullable String idIn(@Nullable Headers headers) {
        return headers == null ? null : headers.getFirst(NatsAdapter.MESSAGE_ID);
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static int length(byte @Nullable [] body) {
        return body == null ? 0 : body.length;
    }
}
