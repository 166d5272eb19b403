package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.Basic.Publish;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.observation.ObservationCollector;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The client's own hook. A publish comes here after it has its number for confirms, so whatever is thrown before the message
 * is sent puts all later numbers out of step.
 */
final class RabbitMqObservationCollector implements ObservationCollector {

    /** When a wrapped channel began to get a message; the client calls the hook only when it has the answer. */
    static final ThreadLocal<@Nullable Long> GET_STARTED = new ThreadLocal<>();

    private final MessagingTelemetry telemetry;
    private final MessageSender<RabbitMqPublishing, Map<String, Object>> sender;
    private final MessageTracer<Delivery> tracer;
    private final Predicate<? super Consumer> handsOff;
    private final IntSupplier requestedFrameMax;
    /** What was installed before; inside of ours. */
    final RabbitMqNextCollector next;

    RabbitMqObservationCollector(
            MessagingTelemetry telemetry,
            Predicate<? super Consumer> handsOff,
            IntSupplier requestedFrameMax,
            RabbitMqNextCollector next) {
        this.telemetry = telemetry;
        this.sender = telemetry.sender(new RabbitMqPublishingAdapter(), ClientFacts.NONE);
        this.tracer = telemetry.tracer(new RabbitMqDeliveryAdapter(null), ClientFacts.NONE, true);
        this.handsOff = handsOff;
        this.requestedFrameMax = requestedFrameMax;
        this.next = next;
    }

    @Override
    public void publish(
            PublishCall call, Publish publish, BasicProperties properties, ByteBuffer body, ConnectionInfo connection)
            throws IOException {
        publish(call, publish, properties, body, body == null ? -1 : body.remaining(), connection);
    }

    /** As clients before 5.31 have it. */
    public void publish(
            PublishCall call, Publish publish, BasicProperties properties, byte[] body, ConnectionInfo connection)
            throws IOException {
        publish(call, publish, properties, body, body == null ? -1 : body.length, connection);
    }

    private void publish(
            PublishCall call,
            Publish publish,
            BasicProperties properties,
            @Nullable Object body,
            int bodySize,
            ConnectionInfo connection)
            throws IOException {
        MessageSpan span = sender.start(new RabbitMqPublishing(
                publish.getExchange(), publish.getRoutingKey(), properties, bodySize, connection));
        try (span;
                Scope scope = span.makeCurrent()) {
            BasicProperties traced = withContext(properties, bodySize, span);
            PublishCall innermost = traced == null ? call : orBare(call, properties, span);
            try {
                next.publish(innermost, publish, traced == null ? properties : traced, body, connection);
            } catch (Throwable t) {
                span.error(t);
                throw t;
            }
        }
    }

    /** A copy, because properties do not change; null to send the caller's. */
    private @Nullable BasicProperties withContext(BasicProperties properties, int bodySize, MessageSpan span) {
        if (!sender.injects(span)) {
            return null;
        }
        try {
            Map<String, Object> headers = RabbitMqTelemetry.copyOf(properties.getHeaders());
            long room = room(properties, bodySize);
            return sender.inject(span, headers, room, Integer.MAX_VALUE)
                    ? properties.builder().headers(headers).build()
                    : null;
        } catch (Throwable t) {
            sender.withdraw(span);
            telemetry.suppressed("rabbitmq.copy", t);
            return null;
        }
    }

    private long room(BasicProperties properties, int bodySize) throws IOException {
        try {
            return RabbitMqHeaderFrame.roomFor(
                    properties, bodySize, RabbitMqHeaderFrame.max(requestedFrameMax.getAsInt()));
        } catch (IllegalArgumentException e) {
            // a header that the client will refuse, with our headers beside it or without
            return Long.MAX_VALUE;
        }
    }

    /**
     * The client refuses a message before it has written any of it, and would lose a number by it: where our headers may be
     * what was too much for the connection, the message goes as the caller gave it.
     */
    private PublishCall orBare(PublishCall call, BasicProperties properties, MessageSpan span) {
        return traced -> {
            try {
                call.publish(traced);
            } catch (IllegalArgumentException refused) {
                sender.withdraw(span);
                call.publish(properties);
            }
        };
    }

    @Override
    public Consumer basicConsume(String queue, String consumerTag, Consumer consumer) {
        if (consumer instanceof RabbitMqHandOff handOff) {
            return new RabbitMqTracedConsumer(
                    queue, next.basicConsume(queue, consumerTag, handOff.from(queue)), tracer, true);
        }
        return new RabbitMqTracedConsumer(
                queue, next.basicConsume(queue, consumerTag, consumer), tracer, handsOff(consumer));
    }

    private boolean handsOff(Consumer consumer) {
        try {
            return handsOff.test(consumer);
        } catch (Throwable t) {
            telemetry.suppressed("rabbitmq.handOff", t);
            return false;
        }
    }

    @Override
    public @Nullable GetResponse basicGet(BasicGetCall call, String queue) {
        Long started = GET_STARTED.get();
        long startNanos = started == null ? System.nanoTime() : started;
        GetResponse response = next.basicGet(call, queue);
        if (response != null) {
            tracer.receivedOne(RabbitMqTelemetry.deliveryOf(queue, response), startNanos);
        }
        return response;
    }
}
