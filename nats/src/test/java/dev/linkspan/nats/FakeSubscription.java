package dev.linkspan.nats;

import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;

/** A subscription that brings what it is told to. */
final class FakeSubscription {

    /** Of a consumer named {@code billing} where it has no queue. */
    final JetStreamSubscription subscription = Fakes.of(JetStreamSubscription.class, this);

    private final String subject;
    private final String queue;
    private final Callable<Message> next;
    List<Message> fetched = List.of();
    /** In place of one over what is fetched. */
    Iterator<Message> iterated;

    FakeSubscription(String subject, String queue, Callable<Message> next) {
        this.subject = subject;
        this.queue = queue;
        this.next = next;
    }

    String getSubject() {
        return subject;
    }

    String getQueueName() {
        return queue;
    }

    String getConsumerName() {
        return "billing";
    }

    Message nextMessage(Duration timeout) throws Exception {
        return next.call();
    }

    Message nextMessage(long timeoutMillis) throws Exception {
        return next.call();
    }

    List<Message> fetch(int batchSize, Duration maxWait) {
        return fetched;
    }

    Iterator<Message> iterate(int batchSize, Duration maxWait) {
        return iterated != null ? iterated : fetched.iterator();
    }
}
