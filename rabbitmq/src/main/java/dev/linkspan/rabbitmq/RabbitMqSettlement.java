package dev.linkspan.rabbitmq;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.linkspan.propagation.ClientProxy;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Settles deliveries by what became of them: acknowledges each that succeeded, and gives back each that did not.
 *
 * <pre>{@code
 * RabbitMqSettlement settlement = RabbitMqSettlement.of(channel);
 * settlement.settle(deliveries, handled::contains);              // by itself
 * orders.process(deliveries, handler, settlement::settle);       // by what became of a batch
 * }</pre>
 *
 * <p>Each delivery is settled by its own tag, never with {@code multiple}, which would settle what others still work on. They
 * must be of this channel, and of a consumer without {@code autoAck}. If the channel closes midway, the broker delivers again
 * what it had not been told of. Give it the wrapped channel, so that settling makes spans: one for all acks, one for all
 * nacks. Immutable; as thread-safe as the channel.
 */
public final class RabbitMqSettlement {

    private final Channel channel;
    private final boolean requeue;

    private RabbitMqSettlement(Channel channel, boolean requeue) {
        this.channel = requireNonNull(channel, "channel must not be null");
        this.requeue = requeue;
    }

    /**
     * With what did not succeed put back into its queue, to be delivered again: at once, and for ever where it can never
     * succeed, unless the queue has a delivery limit.
     *
     * @param channel what {@link RabbitMqTelemetry#wrap(Channel)} returned; not wrapped, settling makes no spans
     * @throws NullPointerException if channel is null
     */
    public static RabbitMqSettlement of(Channel channel) {
        return of(channel, true);
    }

    /**
     * As {@link #of(Channel)}, with a choice for what did not succeed.
     *
     * @param requeue true to put it back into its queue, false to have it dead-lettered, or dropped where the queue has no
     *     dead-letter exchange
     * @throws NullPointerException if channel is null
     */
    public static RabbitMqSettlement of(Channel channel, boolean requeue) {
        return new RabbitMqSettlement(channel, requeue);
    }

    /**
     * Settles the deliveries.
     *
     * @param deliveries in any order; iterated once; a delivery that occurs twice is settled once
     * @param succeeded whether a delivery was handled; asked for each before anything is done
     * @throws IOException what the client throws, the same object, as are its unchecked exceptions: none of what is not
     *     settled yet will be then
     * @throws NullPointerException if an argument is null
     */
    public void settle(Iterable<? extends Delivery> deliveries, Predicate<? super Delivery> succeeded)
            throws IOException {
        requireNonNull(deliveries, "deliveries must not be null");
        requireNonNull(succeeded, "succeeded must not be null");
        Map<Long, Delivery> acks = new LinkedHashMap<>();
        Map<Long, Delivery> nacks = new LinkedHashMap<>();
        for (Delivery delivery : deliveries) {
            (succeeded.test(delivery) ? acks : nacks).put(delivery.getEnvelope().getDeliveryTag(), delivery);
        }
        // a second settlement of a tag would close the channel
        acks.keySet().removeAll(nacks.keySet());
        Channel client = ClientProxy.unwrap(channel);
        settle("ack", acks.values(), () -> {
            for (long tag : acks.keySet()) {
                client.basicAck(tag, false);
            }
        });
        settle("nack", nacks.values(), () -> {
            for (long tag : nacks.keySet()) {
                client.basicNack(tag, false, requeue);
            }
        });
    }

    private void settle(String operation, Collection<Delivery> deliveries, RabbitMqTracedChannel.Settling settling)
            throws IOException {
        if (deliveries.isEmpty()) {
            return;
        }
        RabbitMqTracedChannel traced = ClientProxy.overrides(channel, RabbitMqTracedChannel.class);
        if (traced == null) {
            settling.run();
        } else {
            RabbitMqTracedChannel.settleAll(traced, operation, deliveries, settling);
        }
    }
}
