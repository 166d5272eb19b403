package dev.linkspan.benchmarks;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import dev.linkspan.rabbitmq.RabbitMqTelemetry;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** RabbitMQ's client, traced. Others have no library for it, but for Micrometer's hook in the client itself. */
final class RabbitMqLibraries {

    private static final byte[] BODY = new byte[5];

    private RabbitMqLibraries() {}

    static Traced<Delivery> of(Library library, Backend backend) {
        return switch (library) {
            case BARE -> new Bare();
            case HAND_WRITTEN -> new ByHand(backend);
            default -> new Linkspan(backend);
        };
    }

    private static class Bare extends Traced<Delivery> {

        final RabbitMqStub channel = new RabbitMqStub();

        @Override
        Delivery message(int number, Map<String, String> headers) {
            return RabbitMqStub.delivery(number, headers);
        }

        @Override
        Object send() throws IOException {
            channel.publish(HandWritten.DESTINATION, properties(), BODY);
            return channel.last;
        }

        static BasicProperties properties() {
            return new BasicProperties.Builder().deliveryMode(2).build();
        }

        @Override
        Object receive() {
            return channel.get();
        }

        @Override
        void arrive(List<Delivery> deliveries) {
            channel.arrive(deliveries);
        }

        @Override
        Map<String, String> sent() {
            Map<String, String> headers = new HashMap<>();
            if (channel.last.getHeaders() != null) {
                channel.last.getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
            }
            return headers;
        }
    }

    private static final class ByHand extends Bare {

        private final RabbitMqHandWritten own;

        ByHand(Backend backend) {
            own = new RabbitMqHandWritten(backend.openTelemetry());
            handling = Handling.byHand(own);
        }

        @Override
        Object send() throws IOException {
            own.publish(channel, HandWritten.DESTINATION, properties(), BODY);
            return channel.last;
        }

        @Override
        Object receive() {
            return own.get(channel);
        }
    }

    private static final class Linkspan extends Bare {

        private final com.rabbitmq.client.Consumer consumer;
        private Consumer<? super Delivery> current;

        Linkspan(Backend backend) {
            RabbitMqTelemetry rabbitMq = RabbitMqTelemetry.create(backend.openTelemetry());
            rabbitMq.wrap(channel);
            consumer = channel.consume(new DefaultConsumer(null) {
                @Override
                public void handleDelivery(String tag, Envelope envelope, BasicProperties properties, byte[] body) {
                    current.accept(new Delivery(envelope, properties, body));
                }
            });
            handling = Handling.linkspan(rabbitMq.deliveries(HandWritten.DESTINATION));
        }

        /** As the client pushes them. */
        @Override
        void process(List<Delivery> deliveries, Consumer<? super Delivery> handler) throws IOException {
            current = handler;
            for (Delivery delivery : deliveries) {
                consumer.handleDelivery("tag", delivery.getEnvelope(), delivery.getProperties(), delivery.getBody());
            }
        }
    }
}
