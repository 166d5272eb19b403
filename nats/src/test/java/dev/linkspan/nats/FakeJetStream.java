package dev.linkspan.nats;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.nats.FakeConnection.Published;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A JetStream that keeps what is published. */
final class FakeJetStream {

    final JetStream jetStream = Fakes.of(JetStream.class, this);
    final List<Published> published = new ArrayList<>();
    PublishAck ack = ack(false);
    CompletableFuture<PublishAck> ackLater = new CompletableFuture<>();
    IOException failure;
    JetStreamSubscription subscription;
    Dispatcher dispatcher;
    MessageHandler handler;

    static PublishAck ack(boolean duplicate) {
        String json = "{\"stream\":\"ORDERS\",\"seq\":12" + (duplicate ? ",\"duplicate\":true" : "") + "}";
        try {
            return new PublishAck(
                    NatsMessage.builder().subject("ack").data(json).build());
        } catch (IOException | JetStreamApiException e) {
            throw new IllegalStateException(e);
        }
    }

    Published last() {
        return published.get(published.size() - 1);
    }

    private void add(String overload, String subject, Headers headers, byte[] body) {
        published.add(new Published(overload, subject, null, headers, body));
    }

    PublishAck publish(String subject, byte[] body) throws IOException {
        add("subject, body", subject, null, body);
        return answer();
    }

    PublishAck publish(String subject, Headers headers, byte[] body) throws IOException {
        add("subject, headers, body", subject, headers, body);
        return answer();
    }

    PublishAck publish(String subject, byte[] body, PublishOptions options) throws IOException {
        add("subject, body, options", subject, null, body);
        return answer();
    }

    PublishAck publish(String subject, Headers headers, byte[] body, PublishOptions options) throws IOException {
        add("subject, headers, body, options", subject, headers, body);
        return answer();
    }

    PublishAck publish(Message message) throws IOException {
        add("message", message.getSubject(), message.getHeaders(), message.getData());
        return answer();
    }

    PublishAck publish(Message message, PublishOptions options) throws IOException {
        add("message, options", message.getSubject(), message.getHeaders(), message.getData());
        return answer();
    }

    CompletableFuture<PublishAck> publishAsync(String subject, byte[] body) {
        add("subject, body", subject, null, body);
        return ackLater;
    }

    CompletableFuture<PublishAck> publishAsync(String subject, Headers headers, byte[] body) {
        add("subject, headers, body", subject, headers, body);
        return ackLater;
    }

    CompletableFuture<PublishAck> publishAsync(String subject, byte[] body, PublishOptions options) {
        add("subject, body, options", subject, null, body);
        return ackLater;
    }

    CompletableFuture<PublishAck> publishAsync(String subject, Headers headers, byte[] body, PublishOptions options) {
        add("subject, headers, body, options", subject, headers, body);
        return ackLater;
    }

    CompletableFuture<PublishAck> publishAsync(Message message) {
        add("message", message.getSubject(), message.getHeaders(), message.getData());
        return ackLater;
    }

    CompletableFuture<PublishAck> publishAsync(Message message, PublishOptions options) {
        add("message, options", message.getSubject(), message.getHeaders(), message.getData());
        return ackLater;
    }

    private PublishAck answer() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return ack;
    }

    JetStreamSubscription subscribe(String subject, PullSubscribeOptions options) {
        return subscription;
    }

    JetStreamSubscription subscribe(
            String subject, Dispatcher given, MessageHandler handles, boolean autoAck, PushSubscribeOptions options) {
        dispatcher = given;
        handler = handles;
        return subscription;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
