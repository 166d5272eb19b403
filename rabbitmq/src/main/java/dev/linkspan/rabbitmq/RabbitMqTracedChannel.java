package dev.linkspan.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ReturnListener;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a {@link Channel} that are traced here, because the client's hook does not know of them; all others go
 * straight to the client, which traces publishing and consuming.
 */
final class RabbitMqTracedChannel {

    private final Channel client;
    private final @Nullable Connection connection;
    private final MessagingTelemetry telemetry;
    private final MessageTracer<Delivery> tracer;
    private final ReturnListener returns;
    /** What was pulled last, without its body: it is mostly settled next. */
    private volatile @Nullable Delivery pulled;

    /** @param connection what the channel's connection is for the application; null for what the client says */
    RabbitMqTracedChannel(
            Channel client,
            @Nullable Connection connection,
            MessagingTelemetry telemetry,
            MessageTracer<Delivery> tracer,
            ReturnListener returns) {
        this.client = client;
        this.connection = connection;
        this.telemetry = telemetry;
        this.tracer = tracer;
        this.returns = returns;
        listenToReturns();
    }

    Connection getConnection() {
        return connection != null ? connection : client.getConnection();
    }

    @Nullable
    GetResponse basicGet(String queue, boolean autoAck) throws IOException {
        long startNanos = System.nanoTime();
        GetResponse response;
        RabbitMqObservationCollector.GET_STARTED.set(startNanos);
        try {
            response = client.basicGet(queue, autoAck);
        } catch (Throwable t) {
            tracer.receiveFailed(t, startNanos);
            throw t;
        } finally {
            RabbitMqObservationCollector.GET_STARTED.remove();
        }
        pulled = response == null
                ? null
                : new RabbitMqDelivery(queue, response.getEnvelope(), response.getProps(), new byte[0]);
        return response;
    }

    void basicAck(long deliveryTag, boolean multiple) throws IOException {
        try (MessageSpan span = start("ack", deliveryTag, multiple);
                Scope scope = span.makeCurrent()) {
            settle(span, () -> client.basicAck(deliveryTag, multiple));
        }
    }

    void basicNack(long deliveryTag, boolean multiple, boolean requeue) throws IOException {
        try (MessageSpan span = start("nack", deliveryTag, multiple);
                Scope scope = span.makeCurrent()) {
            settle(span, () -> client.basicNack(deliveryTag, multiple, requeue));
        }
    }

    void basicReject(long deliveryTag, boolean requeue) throws IOException {
        try (MessageSpan span = start("reject", deliveryTag, false);
                Scope scope = span.makeCurrent()) {
            settle(span, () -> client.basicReject(deliveryTag, requeue));
        }
    }

    /** Runs many settlements of one kind inside one span; static, so that it stands in for no method of the client. */
    static void settleAll(
            RabbitMqTracedChannel channel, String operation, Collection<? extends Delivery> messages, Settling settling)
            throws IOException {
        try (MessageSpan span = channel.tracer.startSettleBatch(operation, messages);
                Scope scope = span.makeCurrent()) {
            channel.describePeer(span);
            settle(span, settling);
        }
    }

    private static void settle(MessageSpan span, Settling settling) throws IOException {
        try {
            settling.run();
        } catch (Throwable t) {
            span.error(t);
            throw t;
        }
    }

    private MessageSpan start(String operation, long deliveryTag, boolean multiple) {
        Delivery settled = multiple ? null : settled(deliveryTag);
        MessageSpan span =
                settled == null ? tracer.startSettleAt(operation, null) : tracer.startSettle(operation, settled);
        span.put(RabbitMqAttributes.DELIVERY_TAG, deliveryTag);
        if (multiple) {
            span.put(RabbitMqAttributes.MULTIPLE, true);
        }
        describePeer(span);
        return span;
    }

    /** A tag says nothing of its message, and after a recovery stands for another: only what is at hand is looked at. */
    private @Nullable Delivery settled(long deliveryTag) {
        Delivery last = pulled;
        if (last != null && last.getEnvelope().getDeliveryTag() == deliveryTag) {
            return last;
        }
        return tracer.currentMessage() instanceof Delivery current
                        && current.getEnvelope() != null
                        && current.getEnvelope().getDeliveryTag() == deliveryTag
                ? current
                : null;
    }

    /** Asked each time, because a recovery may lead to another node. */
    private void describePeer(MessageSpan span) {
        if (span.isRecording()) {
            try {
                InetAddress address = client.getConnection().getAddress();
                if (address != null) {
                    RabbitMqPublishingAdapter.peer(
                            address.getHostAddress(), client.getConnection().getPort(), span);
                }
            } catch (Throwable t) {
                telemetry.suppressed("rabbitmq.peer", t);
            }
        }
    }

    void clearReturnListeners() {
        client.clearReturnListeners();
        listenToReturns();
    }

    private void listenToReturns() {
        try {
            // once, also if the channel was wrapped before
            client.removeReturnListener(returns);
            client.addReturnListener(returns);
        } catch (Throwable t) {
            telemetry.suppressed("rabbitmq.returns", t);
        }
    }

    /** One or more calls of the client. */
    interface Settling {
        void run() throws IOException;
    }
}
