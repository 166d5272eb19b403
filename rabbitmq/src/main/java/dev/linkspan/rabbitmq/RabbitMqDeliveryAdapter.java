package dev.linkspan.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.propagation.AttributeSink;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads messages that were received. */
final class RabbitMqDeliveryAdapter extends RabbitMqAdapter<Delivery> {

    /** One for each queue and reason; a broker has a few, a sender can write what it likes. */
    private static final int MAX_DEATHS = 64;

    private final @Nullable String queue;

    /** @param queue where deliveries come from that do not say so themselves; null if unknown */
    RabbitMqDeliveryAdapter(@Nullable String queue) {
        this.queue = queue;
    }

    @Override
    @Nullable
    BasicProperties properties(Delivery delivery) {
        return delivery.getProperties();
    }

    @Override
    public String destination(Delivery delivery) {
        Envelope envelope = delivery.getEnvelope();
        String from = delivery instanceof RabbitMqDelivery known && known.queue != null ? known.queue : queue;
        return RabbitMqDestination.of(envelope.getExchange(), envelope.getRoutingKey(), from);
    }

    /** Quorum queues count the deliveries that came before; others say only whether there were any. */
    @Override
    public int deliveryCount(Delivery delivery) {
        Map<String, Object> headers = headers(delivery);
        return headers != null && headers.get("x-delivery-count") instanceof Number earlier
                ? (int) Math.max(0, Math.min(Integer.MAX_VALUE - 1, earlier.longValue())) + 1
                : 0;
    }

    @Override
    public long bodySize(Delivery delivery) {
        byte[] body = delivery.getBody();
        return body == null ? -1 : body.length;
    }

    @Override
    public void attributes(Delivery delivery, AttributeSink sink) {
        Envelope envelope = delivery.getEnvelope();
        if (!envelope.getRoutingKey().isEmpty()) {
            sink.put(RabbitMqAttributes.ROUTING_KEY, envelope.getRoutingKey());
        }
        sink.put(RabbitMqAttributes.DELIVERY_TAG, envelope.getDeliveryTag());
        if (envelope.isRedeliver()) {
            sink.put(RabbitMqAttributes.REDELIVERED, true);
        }
        long deaths = deaths(headers(delivery));
        if (deaths > 0) {
            sink.put(RabbitMqAttributes.DEATH_COUNT, deaths);
        }
    }

    /** How often the message was dead-lettered, by any queue for any reason. */
    private static long deaths(@Nullable Map<String, Object> headers) {
        long deaths = 0;
        if (headers != null && headers.get("x-death") instanceof List<?> all) {
            for (Object death : all.subList(0, Math.min(MAX_DEATHS, all.size()))) {
                if (death instanceof Map<?, ?> table && table.get("count") instanceof Number count) {
                    deaths += Math.max(0, Math.min(Integer.MAX_VALUE, count.longValue()));
                }
            }
        }
        return deaths;
    }
}
