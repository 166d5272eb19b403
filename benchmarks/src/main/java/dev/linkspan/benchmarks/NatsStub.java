package dev.linkspan.benchmarks;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.MessageHandler;
import io.nats.client.Options;
import io.nats.client.Subscription;
import io.nats.client.api.ServerInfo;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;

/** A connection that takes what is published, and has a subscription and a handler. */
final class NatsStub {

    private static final ServerInfo SERVER =
            new ServerInfo("INFO {\"client_id\":7,\"headers\":true,\"max_payload\":1048576}");
    private static final Options OPTIONS = Options.builder().build();

    private Message next;
    Headers last;
    MessageHandler handler;

    final Connection connection = proxy(Connection.class, (proxy, method, arguments) -> switch (method.getName()) {
        case "publish" -> take(arguments);
        case "getServerInfo" -> SERVER;
        case "getConnectedUrl" -> "nats://north:4222";
        case "getOptions" -> OPTIONS;
        case "subscribe" -> subscription();
        case "createDispatcher" -> dispatcher((MessageHandler) arguments[0]);
        default -> object(proxy, method.getName(), arguments);
    });

    Message message(Map<String, String> headers) {
        Headers made = new Headers();
        headers.forEach(made::add);
        return new Received(made, connection);
    }

    void arrive(List<Message> messages) {
        next = messages.get(0);
    }

    private Object take(Object[] arguments) {
        last = null;
        for (Object argument : arguments) {
            if (argument instanceof Headers headers) {
                last = headers;
            } else if (argument instanceof Message message) {
                last = message.getHeaders();
            }
        }
        return null;
    }

    private Subscription subscription() {
        return proxy(Subscription.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "nextMessage" -> next;
            case "getSubject" -> HandWritten.DESTINATION;
            case "getQueueName", "getDispatcher" -> null;
            default -> object(proxy, method.getName(), arguments);
        });
    }

    private Dispatcher dispatcher(MessageHandler given) {
        handler = given;
        return proxy(Dispatcher.class, (proxy, method, arguments) -> object(proxy, method.getName(), arguments));
    }

    private static Object object(Object proxy, String name, Object[] arguments) {
        return switch (name) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "stub";
            default -> throw new UnsupportedOperationException(name);
        };
    }

    private static <T> T proxy(Class<T> type, InvocationHandler calls) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
    }

    /** One that knows its connection, as those do that came by one. */
    private static final class Received extends NatsMessage {

        private final Connection by;

        Received(Headers headers, Connection by) {
            super(HandWritten.DESTINATION, null, headers, new byte[5]);
            this.by = by;
        }

        @Override
        public Connection getConnection() {
            return by;
        }
    }
}
