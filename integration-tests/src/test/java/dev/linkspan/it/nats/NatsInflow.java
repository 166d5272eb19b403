package dev.linkspan.it.nats;

import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Messages of a durable consumer, in whichever way they come. */
interface NatsInflow {

    Duration PATIENCE = Duration.ofSeconds(30);

    /** So many messages; fails if they do not come in time. */
    List<Message> next(int count) throws Exception;

    /** The application asks for them. */
    static NatsInflow pulling(Connection connection, String subject, String durable) throws Exception {
        JetStreamSubscription subscription = connection
                .jetStream()
                .subscribe(
                        subject, PullSubscribeOptions.builder().durable(durable).build());
        return count -> {
            List<Message> messages = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (messages.size() < count && System.nanoTime() < deadline) {
                messages.addAll(subscription.fetch(count - messages.size(), PATIENCE));
            }
            return all(messages, count);
        };
    }

    /** The server pushes them, to a handler that hands them on. */
    static NatsInflow pushed(Connection connection, String subject, String durable, NatsTelemetry nats)
            throws Exception {
        BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();
        connection
                .jetStream()
                .subscribe(
                        subject,
                        connection.createDispatcher(),
                        nats.handOff(arrived::add),
                        false,
                        PushSubscribeOptions.builder().durable(durable).build());
        return count -> {
            List<Message> messages = new ArrayList<>();
            while (messages.size() < count) {
                Message message = arrived.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (message == null) {
                    break;
                }
                messages.add(message);
            }
            return all(messages, count);
        };
    }

    private static List<Message> all(List<Message> messages, int count) {
        if (messages.size() < count) {
            throw new IllegalStateException("only " + messages.size() + " of " + count + " messages came in time");
        }
        return messages;
    }
}
