package dev.linkspan.nats;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Options;
import io.nats.client.Subscription;
import io.nats.client.api.ServerInfo;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A connection that keeps what is published, and answers requests as told. */
final class FakeConnection {

    static final int MAX_PAYLOAD = 1000;

    /** What reached the client, by which overload. */
    record Published(String overload, String subject, String replyTo, Headers headers, byte[] body) {
        String header(String name) {
            return headers == null ? null : headers.getFirst(name);
        }
    }

    final List<Published> published = new ArrayList<>();
    final Connection connection = Fakes.of(Connection.class, this);
    final FakeJetStream jetStream = new FakeJetStream();
    Options options = Options.builder().build();
    ServerInfo server = server(7, true);
    String url = "nats://north:4222";
    RuntimeException failure;
    Message reply;
    CompletableFuture<Message> replyLater = new CompletableFuture<>();
    Function<String, Message> next = subject -> null;
    MessageHandler handler;

    static ServerInfo server(int clientId, boolean headers) {
        return new ServerInfo("INFO {\"client_id\":" + clientId + ",\"headers\":" + headers + ",\"max_payload\":"
                + MAX_PAYLOAD + "}");
    }

    Published last() {
        return published.get(published.size() - 1);
    }

    private void add(String overload, String subject, String replyTo, Headers headers, byte[] body) {
        if (failure != null) {
            throw failure;
        }
        published.add(new Published(overload, subject, replyTo, headers, body));
    }

    void publish(String subject, byte[] body) {
        add("subject, body", subject, null, null, body);
    }

    void publish(String subject, Headers headers, byte[] body) {
        add("subject, headers, body", subject, null, headers, body);
    }

    void publish(String subject, String replyTo, byte[] body) {
        add("subject, replyTo, body", subject, replyTo, null, body);
    }

    void publish(String subject, String replyTo, Headers headers, byte[] body) {
        add("subject, replyTo, headers, body", subject, replyTo, headers, body);
    }

    void publish(Message message) {
        add("message", message.getSubject(), message.getReplyTo(), message.getHeaders(), message.getData());
    }

    Message request(String subject, byte[] body, Duration timeout) {
        publish(subject, body);
        return reply;
    }

    Message request(String subject, Headers headers, byte[] body, Duration timeout) {
        publish(subject, headers, body);
        return reply;
    }

    Message request(Message message, Duration timeout) {
        publish(message);
        return reply;
    }

    CompletableFuture<Message> request(String subject, byte[] body) {
        publish(subject, body);
        return replyLater;
    }

    CompletableFuture<Message> request(String subject, Headers headers, byte[] body) {
        publish(subject, headers, body);
        return replyLater;
    }

    CompletableFuture<Message> request(Message message) {
        publish(message);
        return replyLater;
    }

    CompletableFuture<Message> requestWithTimeout(String subject, byte[] body, Duration timeout) {
        publish(subject, body);
        return replyLater;
    }

    CompletableFuture<Message> requestWithTimeout(String subject, Headers headers, byte[] body, Duration timeout) {
        publish(subject, headers, body);
        return replyLater;
    }

    CompletableFuture<Message> requestWithTimeout(Message message, Duration timeout) {
        publish(message);
        return replyLater;
    }

    JetStream jetStream() {
        return jetStream.jetStream;
    }

    Subscription subscribe(String subject) {
        return new FakeSubscription(subject, null, () -> next.apply(subject)).subscription;
    }

    Subscription subscribe(String subject, String queue) {
        return new FakeSubscription(subject, queue, () -> next.apply(subject)).subscription;
    }

    Dispatcher createDispatcher(MessageHandler given) {
        handler = given;
        return Fakes.of(Dispatcher.class, "dispatcher");
    }

    ServerInfo getServerInfo() {
        return server;
    }

    String getConnectedUrl() {
        return url;
    }

    Options getOptions() {
        return options;
    }
}
