package dev.linkspan.sqs;

import static java.util.Objects.requireNonNull;

import dev.linkspan.propagation.ClientProxy;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsServiceClientConfiguration;
import software.amazon.awssdk.services.sqs.batchmanager.SqsAsyncBatchManager;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/**
 * Carries trace context through SQS: wraps clients, and traces the processing of messages.
 *
 * <pre>{@code
 * SqsTelemetry sqs = SqsTelemetry.create(openTelemetry);
 *
 * SqsClient client = sqs.wrap(SqsClient.create());
 * client.sendMessage(b -> b.queueUrl(queueUrl).messageBody("hello"));   // carries traceparent
 *
 * MessageTracer<Message> messages = sqs.messages(queueUrl);
 * for (Message message : client.receiveMessage(b -> b.queueUrl(queueUrl)).messages()) {
 *     messages.process(message, this::handle);                          // linked to the producer, no child of it
 * }
 * }</pre>
 *
 * <p>Immutable and thread-safe; make one per application. What telemetry throws never reaches the application
 * ({@link MessagingTelemetry}). Works with version 2 of the AWS SDK, 2.28 and newer. In a Lambda function, see
 * {@link SqsLambdaTelemetry}.
 */
public final class SqsTelemetry {

    private final SqsSettings settings;
    private final SqsCalls creator;

    SqsTelemetry(SqsSettings settings) {
        this.settings = settings;
        this.creator = new SqsCalls(settings, null);
    }

    /**
     * With all policies at their defaults.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static SqsTelemetry create(OpenTelemetry openTelemetry) {
        return builder(openTelemetry).build();
    }

    /**
     * With settings that are shared with other brokers.
     *
     * @throws NullPointerException if messaging is null
     */
    public static SqsTelemetry create(MessagingTelemetry messaging) {
        return builder(messaging).build();
    }

    /**
     * To set policies.
     *
     * @throws NullPointerException if openTelemetry is null
     */
    public static SqsTelemetryBuilder builder(OpenTelemetry openTelemetry) {
        return new SqsTelemetryBuilder(openTelemetry);
    }

    /**
     * To set what is this broker's own beside settings that are shared with others. Policies set here come on top of the
     * shared ones, and change nothing for the others.
     *
     * @throws NullPointerException if messaging is null
     */
    public static SqsTelemetryBuilder builder(MessagingTelemetry messaging) {
        return new SqsTelemetryBuilder(messaging);
    }

    /**
     * Wraps a client: each message that it sends carries the trace context, receives ask for it and make spans, deletes and
     * changes of visibility make settle spans. Requests are copied, never changed. A client that is wrapped already is
     * returned as it is.
     *
     * @throws NullPointerException if client is null
     */
    public SqsClient wrap(SqsClient client) {
        requireNonNull(client, "client must not be null");
        if (ClientProxy.overrides(client, SqsTracedClient.class) != null) {
            return client;
        }
        SqsCalls calls = new SqsCalls(settings, endpoint(client::serviceClientConfiguration));
        return ClientProxy.wrap(SqsClient.class, client, new SqsTracedClient(client, calls), MethodHandles.lookup());
    }

    /**
     * Wraps an asynchronous client, as {@link #wrap(SqsClient)}. It returns the client's own futures, so that cancelling one
     * cancels the call. Its {@code batchManager()} is traced too.
     *
     * @throws NullPointerException if client is null
     */
    public SqsAsyncClient wrap(SqsAsyncClient client) {
        requireNonNull(client, "client must not be null");
        return traced(client) != null ? client : wrapAnew(client);
    }

    private SqsAsyncClient wrapAnew(SqsAsyncClient client) {
        SqsCalls calls = new SqsCalls(settings, endpoint(client::serviceClientConfiguration));
        return ClientProxy.wrap(
                SqsAsyncClient.class, client, new SqsTracedAsyncClient(client, calls), MethodHandles.lookup());
    }

    /**
     * Builds a traced batch manager with settings of one's own; for the default ones, a wrapped client's
     * {@code batchManager()} does. Each message has a Create span in its caller's trace, which ends when SQS has it; each
     * batch that the manager sends is a root span that links to them.
     *
     * @param client a client, wrapped or not
     * @param builder with a {@code scheduledExecutor}; its {@code client} is set here
     * @throws NullPointerException if an argument is null, or if the builder has no executor
     */
    public SqsAsyncBatchManager batchManager(SqsAsyncClient client, SqsAsyncBatchManager.Builder builder) {
        requireNonNull(builder, "builder must not be null; a wrapped client's batchManager() needs none");
        SqsTracedAsyncClient traced = traced(wrap(client));
        return requireNonNull(traced, "a client is wrapped by now").batchManager(builder);
    }

    private static @Nullable SqsTracedAsyncClient traced(SqsAsyncClient client) {
        return ClientProxy.overrides(client, SqsTracedAsyncClient.class);
    }

    /**
     * The tracer over a queue's messages. It may be used from any thread, and calls no client.
     *
     * <p>A delivery is counted once: when a wrapped client of this object receives it, or, if none has received from a queue
     * of this name, when it is processed.
     *
     * @param queueUrl the queue that the messages come from, which they do not tell
     * @throws NullPointerException if queueUrl is null
     */
    public MessageTracer<Message> messages(String queueUrl) {
        requireNonNull(queueUrl, "queueUrl must not be null");
        String queue = SqsClientFacts.queueName(queueUrl);
        return settings.telemetry.tracer(
                new SqsMessageAdapter(queue, settings.readsSnsEnvelopes(queue)),
                SqsClientFacts.of(queueUrl, null),
                message -> !settings.areDeliveriesCounted(queue));
    }

    /**
     * Gives a message a creation context of its own, for messages that are made now and sent later or by another thread:
     * makes a Create span that ends here. A wrapped client that sends the copy keeps that context, and its send span links to
     * it.
     *
     * @return a copy with the context in its attributes; the request itself if there is no context to write
     * @throws NullPointerException if request is null
     */
    public SendMessageRequest create(SendMessageRequest request) {
        SqsCall<SendMessageRequest, ?> call = creator.create(requireNonNull(request, "request must not be null"));
        call.close();
        return call.request;
    }

    /** Null where the region decides. */
    private @Nullable URI endpoint(Supplier<SqsServiceClientConfiguration> configuration) {
        try {
            return configuration.get().endpointOverride().orElse(null);
        } catch (UnsupportedOperationException e) {
            // a client that is not the SDK's own need not have one
            return null;
        } catch (Throwable t) {
            settings.telemetry.suppressed("sqs.configuration", t);
            return null;
        }
    }
}
