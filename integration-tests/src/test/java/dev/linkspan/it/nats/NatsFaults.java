package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.RecordedCalls;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Tracing;
import dev.linkspan.faults.Wrapping;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the fault tests share that have NATS clients. */
final class NatsFaults {

    static final String WHERE = "nats broker";

    private NatsFaults() {}

    static Fault.Opener on(NatsClients nats) {
        return (wrapping, fault, seen, telemetry) -> new NatsApplication(nats, wrapping, fault, seen, telemetry);
    }

    static Tracing<Headers> tracing(Wrapping wrapping, Telemetry telemetry) {
        return new Tracing<>(wrapping, telemetry, new Getter(), Headers::add);
    }

    /** A connection that tells of each publish, also of those of its JetStream context. */
    static Connection recorded(Connection connection, Observation seen) {
        Object proxy = Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                    try {
                        Object result = method.invoke(connection, arguments);
                        return result instanceof JetStream jetStream
                                ? RecordedCalls.of(JetStream.class, jetStream, seen, NatsFaults::isTold)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return RecordedCalls.of(Connection.class, (Connection) proxy, seen, NatsFaults::isTold);
    }

    private static boolean isTold(String method) {
        return method.startsWith("publish");
    }

    static int id(Message message) {
        return Integer.parseInt(new String(message.getData(), US_ASCII).trim());
    }

    static Message message(String subject, int id, List<Header> headers) {
        Headers own = new Headers();
        headers.forEach(header -> own.add(header.name(), new String(header.value(), ISO_8859_1)));
        return NatsMessage.builder()
                .subject(subject)
                .headers(own)
                .data(Integer.toString(id), US_ASCII)
                .build();
    }

    /** In the order of their names: the client gives them in none. */
    static List<Header> headers(Message message) {
        List<Header> all = new ArrayList<>();
        if (message.getHeaders() != null) {
            message.getHeaders()
                    .forEach((name, values) ->
                            values.forEach(value -> all.add(new Header(name, value.getBytes(ISO_8859_1)))));
        }
        all.sort(Comparator.comparing(Header::name));
        return all;
    }

    static Headers of(Message message) {
        return message.getHeaders() == null ? new Headers() : message.getHeaders();
    }

    private static final class Getter implements TextMapGetter<Headers> {

        @Override
        public Iterable<String> keys(Headers headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            return headers == null ? null : headers.getFirst(name);
        }
    }
}
