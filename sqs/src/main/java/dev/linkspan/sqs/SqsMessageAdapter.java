package dev.linkspan.sqs;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;

/** Reads messages that were received. They do not know their queue, so each queue has an adapter of its own. */
final class SqsMessageAdapter extends SqsAdapter<Message> {

    private final @Nullable String queue;
    private final boolean snsEnvelopes;

    SqsMessageAdapter(@Nullable String queue, boolean snsEnvelopes) {
        this.queue = queue;
        this.snsEnvelopes = snsEnvelopes;
    }

    /** By index: the first to take an iterator of a list that OpenTelemetry's library hands out has its spans, and is not us. */
    @Override
    public Iterable<? extends Message> elements(Iterable<? extends Message> messages) {
        if (!(messages instanceof List<? extends Message> list) || !(messages instanceof RandomAccess)) {
            return messages;
        }
        return () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < list.size();
            }

            @Override
            public Message next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return list.get(next++);
            }
        };
    }

    @Override
    public SqsHeaders headers(Message message) {
        SqsHeaders headers = SqsMessageHeaders.of(message);
        return snsEnvelopes ? SqsSnsHeaders.of(headers, message.body()) : headers;
    }

    @Override
    public @Nullable String destination(Message message) {
        return queue;
    }

    @Override
    public @Nullable String messageId(Message message) {
        return message.messageId();
    }

    @Override
    public int deliveryCount(Message message) {
        return receiveCount(message.attributesAsStrings().get("ApproximateReceiveCount"));
    }

    @Override
    @Nullable
    String body(Message message) {
        return message.body();
    }
}
