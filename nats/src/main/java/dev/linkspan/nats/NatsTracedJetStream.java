package dev.linkspan.nats;

import io.nats.client.ConsumerContext;
import io.nats.client.Dispatcher;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.StreamContext;
import io.nats.client.SubscribeOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a {@link JetStream} that are traced; all others go straight to the client. Subscriptions with a handler are
 * the client's own: there is nothing to pull from them.
 */
final class NatsTracedJetStream {

    private final JetStream jetStream;
    private final NatsClient client;
    private final NatsPublisher publisher;

    private NatsTracedJetStream(JetStream jetStream, NatsClient client) {
        this.jetStream = jetStream;
        this.client = client;
        this.publisher = new NatsPublisher(client);
    }

    static @Nullable JetStream wrap(@Nullable JetStream jetStream, NatsClient client) {
        return client.wrap(JetStream.class, jetStream, part -> new NatsTracedJetStream(part, client));
    }

    @Nullable
    PublishAck publish(String subject, byte[] body) throws IOException, JetStreamApiException {
        return publisher.publishToStream(
                NatsPublication.of(subject, null, null, body),
                context ->
                        context == null ? jetStream.publish(subject, body) : jetStream.publish(subject, context, body));
    }

    @Nullable
    PublishAck publish(String subject, @Nullable Headers headers, byte[] body)
            throws IOException, JetStreamApiException {
        return publisher.publishToStream(
                NatsPublication.of(subject, null, headers, body),
                context -> jetStream.publish(subject, context == null ? headers : context, body));
    }

    @Nullable
    PublishAck publish(String subject, byte[] body, @Nullable PublishOptions options)
            throws IOException, JetStreamApiException {
        return publisher.publishToStream(
                NatsPublication.of(subject, null, body, options),
                context -> context == null
                        ? jetStream.publish(subject, body, options)
                        : jetStream.publish(subject, context, body, options));
    }

    @Nullable
    PublishAck publish(String subject, @Nullable Headers headers, byte[] body, @Nullable PublishOptions options)
            throws IOException, JetStreamApiException {
        return publisher.publishToStream(
                NatsPublication.of(subject, headers, body, options),
                context -> jetStream.publish(subject, context == null ? headers : context, body, options));
    }

    @Nullable
    PublishAck publish(Message message) throws IOException, JetStreamApiException {
        return message == null
                ? jetStream.publish(message)
                : publisher.publishToStream(
                        NatsPublication.of(message),
                        context -> jetStream.publish(NatsPublication.with(context, message)));
    }

    @Nullable
    PublishAck publish(Message message, @Nullable PublishOptions options) throws IOException, JetStreamApiException {
        return message == null
                ? jetStream.publish(message, options)
                : publisher.publishToStream(
                        NatsPublication.of(message, options),
                        context -> jetStream.publish(NatsPublication.with(context, message), options));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(String subject, byte[] body) {
        return publisher.publishToStreamAsync(
                NatsPublication.of(subject, null, null, body),
                context -> context == null
                        ? jetStream.publishAsync(subject, body)
                        : jetStream.publishAsync(subject, context, body));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(String subject, @Nullable Headers headers, byte[] body) {
        return publisher.publishToStreamAsync(
                NatsPublication.of(subject, null, headers, body),
                context -> jetStream.publishAsync(subject, context == null ? headers : context, body));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(String subject, byte[] body, @Nullable PublishOptions options) {
        return publisher.publishToStreamAsync(
                NatsPublication.of(subject, null, body, options),
                context -> context == null
                        ? jetStream.publishAsync(subject, body, options)
                        : jetStream.publishAsync(subject, context, body, options));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(
            String subject, @Nullable Headers headers, byte[] body, @Nullable PublishOptions options) {
        return publisher.publishToStreamAsync(
                NatsPublication.of(subject, headers, body, options),
                context -> jetStream.publishAsync(subject, context == null ? headers : context, body, options));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(Message message) {
        return message == null
                ? jetStream.publishAsync(message)
                : publisher.publishToStreamAsync(
                        NatsPublication.of(message),
                        context -> jetStream.publishAsync(NatsPublication.with(context, message)));
    }

    @Nullable
    CompletableFuture<PublishAck> publishAsync(Message message, @Nullable PublishOptions options) {
        return message == null
                ? jetStream.publishAsync(message, options)
                : publisher.publishToStreamAsync(
                        NatsPublication.of(message, options),
                        context -> jetStream.publishAsync(NatsPublication.with(context, message), options));
    }

    @Nullable
    JetStreamSubscription subscribe(String subject) throws IOException, JetStreamApiException {
        return NatsTracedJetStreamSubscription.wrap(jetStream.subscribe(subject), client);
    }

    @Nullable
    JetStreamSubscription subscribe(String subject, PushSubscribeOptions options)
            throws IOException, JetStreamApiException {
        return pulls(options, jetStream.subscribe(subject, options));
    }

    @Nullable
    JetStreamSubscription subscribe(String subject, String queue, PushSubscribeOptions options)
            throws IOException, JetStreamApiException {
        return pulls(options, jetStream.subscribe(subject, queue, options));
    }

    @Nullable
    JetStreamSubscription subscribe(String subject, PullSubscribeOptions options)
            throws IOException, JetStreamApiException {
        return pulls(options, jetStream.subscribe(subject, options));
    }

    JetStreamSubscription subscribe(String subject, Dispatcher dispatcher, MessageHandler handler, boolean autoAck)
            throws IOException, JetStreamApiException {
        return jetStream.subscribe(subject, NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client), autoAck);
    }

    JetStreamSubscription subscribe(
            String subject,
            Dispatcher dispatcher,
            MessageHandler handler,
            boolean autoAck,
            PushSubscribeOptions options)
            throws IOException, JetStreamApiException {
        client.durable(options);
        return jetStream.subscribe(
                subject, NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client), autoAck, options);
    }

    JetStreamSubscription subscribe(
            String subject,
            String queue,
            Dispatcher dispatcher,
            MessageHandler handler,
            boolean autoAck,
            PushSubscribeOptions options)
            throws IOException, JetStreamApiException {
        client.durable(options);
        return jetStream.subscribe(
                subject, queue, NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client), autoAck, options);
    }

    JetStreamSubscription subscribe(
            String subject, Dispatcher dispatcher, MessageHandler handler, PullSubscribeOptions options)
            throws IOException, JetStreamApiException {
        client.durable(options);
        return jetStream.subscribe(subject, NatsHandler.unwrap(dispatcher), NatsHandler.of(handler, client), options);
    }

    private @Nullable JetStreamSubscription pulls(
            @Nullable SubscribeOptions options, @Nullable JetStreamSubscription subscription) {
        client.durable(options);
        return NatsTracedJetStreamSubscription.wrap(subscription, client);
    }

    @Nullable
    StreamContext getStreamContext(String stream) throws IOException, JetStreamApiException {
        return NatsTracedStreamContext.wrap(jetStream.getStreamContext(stream), client);
    }

    @Nullable
    ConsumerContext getConsumerContext(String stream, String consumer) throws IOException, JetStreamApiException {
        return NatsTracedConsumerContext.wrap(jetStream.getConsumerContext(stream, consumer), client);
    }
}
