package dev.linkspan.nats;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageSpan;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.AckType;
import io.opentelemetry.context.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Settles JetStream messages inside settle spans: one by one, or many by what became of them.
 *
 * <pre>{@code
 * NatsSettlement settlement = NatsSettlement.of(connection);
 * settlement.ack(message);                                       // as message.ack(), with a span
 * orders.process(messages, handler, settlement::settle);         // by what became of a batch
 * }</pre>
 *
 * <p>Each method calls the message's own of the same name, and nothing else. A message that has nothing to settle, because it
 * is none of JetStream's or was acked, nak'd or terminated before, makes no span: the client does nothing then. The consumer's
 * policy is to be {@code AckPolicy.Explicit}, which is the default; {@code All} would ack what failed before. Immutable and
 * thread-safe.
 */
public final class NatsSettlement {

    private final @Nullable NatsClient client;
    private final @Nullable Duration redeliverAfter;

    private NatsSettlement(Connection connection, @Nullable Duration redeliverAfter) {
        requireNonNull(connection, "connection must not be null");
        NatsTracedConnection traced = ClientProxy.overrides(connection, NatsTracedConnection.class);
        this.client = traced == null ? null : traced.client;
        this.redeliverAfter = redeliverAfter;
    }

    /**
     * Messages that failed are delivered again at once, until the consumer's {@code maxDeliver}.
     *
     * @param connection what {@link NatsTelemetry#wrap} returned; not wrapped, settling makes no spans
     * @throws NullPointerException if connection is null
     */
    public static NatsSettlement of(Connection connection) {
        return new NatsSettlement(connection, null);
    }

    /**
     * As {@link #of(Connection)}, but {@link #settle} has messages that failed delivered again only after a while.
     *
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if redeliverAfter is not positive
     */
    public static NatsSettlement of(Connection connection, Duration redeliverAfter) {
        if (requireNonNull(redeliverAfter, "redeliverAfter must not be null").isNegative() || redeliverAfter.isZero()) {
            throw new IllegalArgumentException("redeliverAfter must be positive, not " + redeliverAfter);
        }
        return new NatsSettlement(connection, redeliverAfter);
    }

    /** {@link Message#ack()} in a span named {@code ack}. Throws what that throws. */
    public void ack(Message message) {
        settle("ack", message, message::ack);
    }

    /**
     * {@link Message#ackSync} in a span named {@code ack}, which ends when the server has confirmed.
     *
     * @throws TimeoutException if the server did not confirm in time
     * @throws InterruptedException if the thread was interrupted while it waited
     */
    public void ackSync(Message message, Duration timeout) throws TimeoutException, InterruptedException {
        try (MessageSpan span = start("ack", message);
                Scope scope = span == null ? null : span.makeCurrent()) {
            try {
                message.ackSync(timeout);
            } catch (Throwable t) {
                fail(span, t);
                throw t;
            }
        }
    }

    /** {@link Message#nak()} in a span named {@code nak}. Throws what that throws. */
    public void nak(Message message) {
        settle("nak", message, message::nak);
    }

    /** {@link Message#nakWithDelay(Duration)} in a span named {@code nak}. Throws what that throws. */
    public void nakWithDelay(Message message, Duration delay) {
        settle("nak", message, () -> message.nakWithDelay(delay));
    }

    /** {@link Message#term()} in a span named {@code term}. Throws what that throws. */
    public void term(Message message) {
        settle("term", message, message::term);
    }

    /** {@link Message#inProgress()} in a span named {@code inProgress}. Throws what that throws. */
    public void inProgress(Message message) {
        settle("inProgress", message, message::inProgress);
    }

    /**
     * Acks each message that succeeded and naks each that did not, in two spans at most. If the client throws for some, the
     * others are still settled; what was not settled is delivered again when its ack wait is over.
     *
     * @param messages in any order; iterated once
     * @param succeeded whether a message was handled; asked once for each, before anything is done
     * @throws RuntimeException the first that the client threw, the same object
     * @throws NullPointerException if an argument is null
     */
    public void settle(Iterable<Message> messages, Predicate<? super Message> succeeded) {
        requireNonNull(succeeded, "succeeded must not be null");
        List<Message> acks = new ArrayList<>();
        List<Message> naks = new ArrayList<>();
        for (Message message : requireNonNull(messages, "messages must not be null")) {
            (succeeded.test(message) ? acks : naks).add(message);
        }
        Duration delay = redeliverAfter;
        RuntimeException notAcked = settleAll("ack", acks, Message::ack);
        RuntimeException notNaked =
                settleAll("nak", naks, delay == null ? Message::nak : message -> message.nakWithDelay(delay));
        if (notAcked != null || notNaked != null) {
            throw notAcked != null ? notAcked : notNaked;
        }
    }

    private @Nullable RuntimeException settleAll(String name, List<Message> messages, Consumer<Message> call) {
        List<Message> open = client == null
                ? List.of()
                : messages.stream().filter(this::hasSomethingToSettle).toList();
        if (client == null || open.isEmpty()) {
            return callAll(messages, call);
        }
        try (MessageSpan span = client.pulled().startSettleBatch(name, open);
                Scope scope = span.makeCurrent()) {
            try {
                RuntimeException first = callAll(messages, call);
                span.error(first);
                return first;
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    private static @Nullable RuntimeException callAll(List<Message> messages, Consumer<Message> call) {
        RuntimeException first = null;
        for (Message message : messages) {
            try {
                call.accept(message);
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }
        return first;
    }

    private void settle(String name, Message message, Runnable call) {
        try (MessageSpan span = start(name, message);
                Scope scope = span == null ? null : span.makeCurrent()) {
            try {
                call.run();
            } catch (Throwable t) {
                fail(span, t);
                throw t;
            }
        }
    }

    private @Nullable MessageSpan start(String name, Message message) {
        return client != null && hasSomethingToSettle(message) ? client.pulled().startSettle(name, message) : null;
    }

    private static void fail(@Nullable MessageSpan span, Throwable error) {
        if (span != null) {
            span.error(error);
        }
    }

    private boolean hasSomethingToSettle(Message message) {
        try {
            AckType last = message.lastAck();
            return message.isJetStream() && (last == null || !last.terminal);
        } catch (Throwable t) {
            if (client != null) {
                client.telemetry.suppressed("nats.settle", t);
            }
            return false;
        }
    }
}
