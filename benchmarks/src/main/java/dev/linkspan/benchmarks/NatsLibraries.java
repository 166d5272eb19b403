package dev.linkspan.benchmarks;

import dev.linkspan.nats.NatsTelemetry;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** NATS's client, traced. Brave has no library for it. */
final class NatsLibraries {

    private static final byte[] BODY = new byte[5];

    private NatsLibraries() {}

    static Traced<Message> of(Library library, Backend backend) {
        return switch (library) {
            case BARE -> new Bare();
            case HAND_WRITTEN -> new ByHand(backend);
            case LINKSPAN -> new Linkspan(backend);
            default -> new OpenTelemetry(backend);
        };
    }

    private static class Bare extends Traced<Message> {

        final NatsStub stub = new NatsStub();
        Connection connection = stub.connection;
        Subscription subscription = connection.subscribe(HandWritten.DESTINATION);

        @Override
        Message message(int number, Map<String, String> headers) {
            return stub.message(headers);
        }

        @Override
        Object send() {
            connection.publish(HandWritten.DESTINATION, BODY);
            return stub.last;
        }

        @Override
        Object receive() throws InterruptedException {
            return subscription.nextMessage(Duration.ZERO);
        }

        @Override
        void arrive(List<Message> messages) {
            stub.arrive(messages);
        }

        @Override
        Map<String, String> sent() {
            Map<String, String> headers = new HashMap<>();
            if (stub.last != null) {
                stub.last.forEach((name, values) -> headers.put(name, values.get(0)));
            }
            return headers;
        }
    }

    private static final class ByHand extends Bare {

        private final NatsHandWritten own;

        ByHand(Backend backend) {
            own = new NatsHandWritten(backend.openTelemetry());
            handling = Handling.byHand(own);
        }

        @Override
        Object send() {
            own.publish(connection, HandWritten.DESTINATION, BODY);
            return stub.last;
        }

        @Override
        Object receive() throws InterruptedException {
            return own.next(subscription);
        }
    }

    private static final class Linkspan extends Bare {

        Linkspan(Backend backend) {
            NatsTelemetry nats = NatsTelemetry.create(backend.openTelemetry());
            connection = nats.wrap(connection);
            subscription = connection.subscribe(HandWritten.DESTINATION);
            handling = Handling.linkspan(nats.messages());
        }
    }

    /** It traces what is pushed, not what is pulled. */
    private static final class OpenTelemetry extends Bare {

        private Consumer<? super Message> current;

        OpenTelemetry(Backend backend) {
            connection = io.opentelemetry.instrumentation.nats.v2_17.NatsTelemetry.create(backend.openTelemetry())
                    .wrap(connection);
            subscription = connection.subscribe(HandWritten.DESTINATION);
            connection.createDispatcher(message -> current.accept(message));
        }

        @Override
        void process(List<Message> messages, Consumer<? super Message> handler) throws InterruptedException {
            current = handler;
            for (Message message : messages) {
                stub.handler.onMessage(message);
            }
        }
    }
}
