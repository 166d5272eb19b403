package dev.linkspan.nats;

import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.StreamContext;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The methods of a {@link Connection} that are traced; all others go straight to the client. */
final class NatsTracedConnection {

    private final Connection connection;
    final NatsClient client;
    private final NatsPublisher publisher;

    NatsTracedConnection(Connection connection, NatsClient client) {
        this.connection = connection;
        this.client = client;
        this.publisher = new NatsPublisher(client);
    }

    void publish(String subject, byte[] body) {
        publisher.publish(NatsPublication.of(subject, null, null, body), context -> {
            if (context == null) {
                connection.publish(subject, body);
            } else {
                connection.publish(subject, context, body);
            }
        });
    }

    void publish(String subject, @Nullable Headers headers, byte[] body) {
        publisher.publish(
                NatsPublication.of(subject, null, headers, body),
                context -> connection.publish(subject, context == null ? headers : context, body));
    }

    void publish(String subject, @Nullable String replyTo, byte[] body) {
        publisher.publish(NatsPublication.of(subject, replyTo, null, body), context -> {
            if (context == null) {
                connection.publish(subject, replyTo, body);
            } else {
                connection.publish(subject, replyTo, context, body);
            }
        });
    }

    void publish(String subject, @Nullable String replyTo, @Nullable Headers headers, byte[] body) {
        publisher.publish(
                NatsPublication.of(subject, replyTo, headers, body),
                context -> connection.publish(subject, replyTo, context == null ? headers : context, body));
    }

    void publish(Message message) {
        if (message == null) {
            connection.publish(message);
            return;
        }
        publisher.publish(
                NatsPublication.of(message), context -> connection.publish(NatsPublication.with(context, message)));
    }

    @Nullable
    Message request(String subject, byte[] body, @Nullable Duration timeout) throws InterruptedException {
        return publisher.request(
                NatsPublication.of(subject, null, null, body),
                context -> context == null
                        ? connection.request(subject, body, timeout)
                        : connection.request(subject, context, body, timeout));
    }

    @Nullable
    Message request(String subject, @Nullable Headers headers, byte[] body, @Nullable Duration timeout)
            throws InterruptedException {
        return publisher.request(
                NatsPublication.of(subject, null, headers, body),
                context -> connection.request(subject, context == null ? headers : context, body, timeout));
    }

    @Nullable
    Message request(Message message, @Nullable Duration timeout) throws InterruptedException {
        return message == null
                ? connection.request(message, timeout)
                : publisher.request(
                        NatsPublication.of(message),
                        context -> connection.request(NatsPublication.with(context, message), timeout));
    }

    @Nullable
    CompletableFuture<Message> request(String subject, byte[] body) {
        return publisher.requestAsync(
                NatsPublication.of(subject, null, null, body),
                context -> context == null
                        ? connection.request(subject, body)
                        : connection.request(subject, context, body));
    }

    @Nullable
    CompletableFuture<Message> request(String subject, @Nullable Headers headers, byte[] body) {
        return publisher.requestAsync(
                NatsPublication.of(subject, null, headers, body),
                context -> connection.request(subject, context == null ? headers : context, body));
    }

    @Nullable
    CompletableFuture<Message> request(Message message) {
        return message == null
                ? connection.request(message)
                : publisher.requestAsync(
                        NatsPublication.of(message),
                        context -> connection.request(NatsPublication.with(context, message)));
    }

    @Nullable
    CompletableFuture<Message> requestWithTimeout(String subject, byte[] body, @Nullable Duration timeout) {
        return publisher.requestAsync(
                NatsPublication.of(subject, null, null, body),
                context -> context == null
                        ? connection.requestWithTimeout(subject, body, timeout)
                        : connection.requestWithTimeout(subject, context, body, timeout));
    }

    @Nullable
    CompletableFuture<Message> requestWithTimeout(
            String subject, @Nullable Headers headers, byte[] body, @Nullable Duration timeout) {
        return publisher.requestAsync(
                NatsPublication.of(subject, null, headers, body),
                context -> connection.requestWithTimeout(subject, context == null ? headers : context, body, timeout));
    }

    @Nullable
    CompletableFuture<Message> requestWithTimeout(Message message, @Nullable Duration timeout) {
        return message == null
                ? connection.requestWithTimeout(message, timeout)
                : publisher.requestAsync(
                        NatsPublication.of(message),
                        context -> connection.requestWithTimeout(NatsPublication.with(context, message), timeout));
    }

    @Nullable
    Subscription subscribe(String subject) {
        return NatsTracedSubscription.wrap(connection.subscribe(subject), client);
    }

    @Nullable
    Subscription subscribe(String subject, String queue) {
        return NatsTracedSubscription.wrap(connection.subscribe(subject, queue), client);
    }

    @Nullable
    Dispatcher createDispatcher() {
        return NatsTracedDispatcher.wrap(connection.createDispatcher(), client);
    }

    @Nullable
    Dispatcher createDispatcher(@Nullable MessageHandler handler) {
        return NatsTracedDispatcher.wrap(connection.createDispatcher(NatsHandler.of(handler, client)), client);
    }

    void closeDispatcher(Dispatcher dispatcher) {
        connection.closeDispatcher(NatsHandler.unwrap(dispatcher));
    }

    @Nullable
    JetStream jetStream() throws IOException {
        return NatsTracedJetStream.wrap(connection.jetStream(), client);
    }

    @Nullable
    JetStream jetStream(@Nullable JetStreamOptions options) throws IOException {
        return NatsTracedJetStream.wrap(connection.jetStream(options), client);
    }

    @Nullable
    JetStreamManagement jetStreamManagement() throws IOException {
        return NatsTracedJetStreamManagement.wrap(connection.jetStreamManagement(), client);
    }

    @Nullable
    JetStreamManagement jetStreamManagement(@Nullable JetStreamOptions options) throws IOException {
        return NatsTracedJetStreamManagement.wrap(connection.jetStreamManagement(options), client);
    }

    @Nullable
    StreamContext getStreamContext(String stream) throws IOException, JetStreamApiException {
        return NatsTracedStreamContext.wrap(connection.getStreamContext(stream), client);
    }

    @Nullable
    StreamContext getStreamContext(String stream, @Nullable JetStreamOptions options)
            throws IOException, JetStreamApiException {
        return NatsTracedStreamContext.wrap(connection.getStreamContext(stream, options), client);
    }

    @Nullable
    ConsumerContext getConsumerContext(String stream, String consumer) throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(connection.getConsumerContext(stream, consumer), client);
    }

    @Nullable
    ConsumerContext getConsumerContext(String stream, String consumer, @Nullable JetStreamOptions options)
            throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(connection.getConsumerContext(stream, consumer, options), client);
    }
}
