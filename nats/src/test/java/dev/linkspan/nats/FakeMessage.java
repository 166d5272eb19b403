package dev.linkspan.nats;

import io.nats.client.Connection;
import io.nats.client.Subscription;
import io.nats.client.impl.AckType;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsJetStreamMetaData;
import io.nats.client.impl.NatsMessage;
import io.nats.client.support.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A message as a client receives it. */
final class FakeMessage extends NatsMessage {

    final List<String> settled = new ArrayList<>();
    Connection connection;
    Subscription subscription;
    Status status;
    RuntimeException refusal;

    private FakeMessage(String subject, String replyTo, Headers headers, String body) {
        super(subject, replyTo, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    static FakeMessage to(String subject, String... headers) {
        return new FakeMessage(subject, null, headers(headers), "hello");
    }

    static FakeMessage withReplyTo(String subject, String replyTo) {
        return new FakeMessage(subject, replyTo, null, "hello");
    }

    static FakeMessage ofStream(String subject, long sequence, int delivered, String... headers) {
        return ofStream(subject, sequence, delivered, headers(headers), "hello");
    }

    static FakeMessage ofStream(String subject, long sequence, int delivered, Headers headers, String body) {
        String replyTo =
                "$JS.ACK.ORDERS.billing." + delivered + "." + sequence + "." + sequence + ".1700000000000000000.0";
        return new FakeMessage(subject, replyTo, headers, body);
    }

    static FakeMessage status(int code, String text) {
        FakeMessage message = new FakeMessage("_INBOX.a.1", null, null, "");
        message.status = new Status(code, text);
        return message;
    }

    FakeMessage by(Connection arrived, Subscription subscribed) {
        connection = arrived;
        subscription = subscribed;
        return this;
    }

    FakeMessage refusing(RuntimeException thrown) {
        refusal = thrown;
        return this;
    }

    /** Pairs of names and values. */
    static Headers headers(String... pairs) {
        if (pairs.length == 0) {
            return null;
        }
        Headers headers = new Headers();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public Subscription getSubscription() {
        return subscription;
    }

    @Override
    public boolean isStatusMessage() {
        return status != null;
    }

    @Override
    public Status getStatus() {
        return status;
    }

    @Override
    public boolean isJetStream() {
        return getReplyTo() != null && getReplyTo().startsWith("$JS.ACK.");
    }

    @Override
    public NatsJetStreamMetaData metaData() {
        return new NatsJetStreamMetaData(this);
    }

    @Override
    public AckType lastAck() {
        if (settled.isEmpty()) {
            return null;
        }
        return switch (settled.get(0)) {
            case "ack", "ackSync" -> AckType.AckAck;
            case "term" -> AckType.AckTerm;
            case "inProgress" -> AckType.AckProgress;
            default -> AckType.AckNak;
        };
    }

    @Override
    public void ack() {
        settle("ack");
    }

    @Override
    public void ackSync(Duration timeout) {
        settle("ackSync");
    }

    @Override
    public void nak() {
        settle("nak");
    }

    @Override
    public void nakWithDelay(Duration delay) {
        settle("nak after " + delay);
    }

    @Override
    public void term() {
        settle("term");
    }

    @Override
    public void inProgress() {
        settle("inProgress");
    }

    private void settle(String how) {
        if (refusal != null) {
            throw refusal;
        }
        settled.add(how);
    }
}
