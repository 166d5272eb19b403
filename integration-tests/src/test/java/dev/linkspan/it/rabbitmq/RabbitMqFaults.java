package dev.linkspan.it.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import com.rabbitmq.client.impl.LongStringHelper;
import dev.linkspan.faults.Fault;
import dev.linkspan.faults.Header;
import dev.linkspan.faults.Observation;
import dev.linkspan.faults.RecordedCalls;
import dev.linkspan.faults.Telemetry;
import dev.linkspan.faults.Tracing;
import dev.linkspan.faults.Wrapping;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the fault tests share that have RabbitMQ's clients. */
final class RabbitMqFaults {

    static final String WHERE = "rabbitmq broker";

    private static final Set<String> TOLD = Set.of("basicPublish", "basicAck", "basicNack", "basicReject");

    private RabbitMqFaults() {}

    static Fault.Opener on(RabbitMqClients rabbitMq) {
        return (wrapping, fault, seen, telemetry) ->
                new RabbitMqApplication(rabbitMq, wrapping, fault, seen, telemetry);
    }

    static Tracing<Map<String, Object>> tracing(Wrapping wrapping, Telemetry telemetry) {
        return new Tracing<>(wrapping, telemetry, new Getter(), Map::put);
    }

    /** Tells of each call that sends or settles. */
    static Channel recorded(Channel channel, Observation seen) {
        return RecordedCalls.of(Channel.class, channel, seen, TOLD::contains);
    }

    static int id(byte[] body) {
        return Integer.parseInt(new String(body, UTF_8).trim());
    }

    static byte[] body(int id) {
        return Integer.toString(id).getBytes(UTF_8);
    }

    /** Of headers of one name the last counts. */
    static Map<String, Object> table(List<Header> headers) {
        Map<String, Object> table = new LinkedHashMap<>();
        headers.forEach(header -> table.put(
                header.name(), header.value() == null ? null : LongStringHelper.asLongString(header.value())));
        return table;
    }

    static BasicProperties properties(Map<String, Object> table) {
        return new BasicProperties.Builder().headers(table).build();
    }

    /** In the order of their names: the client gives them in none. */
    static List<Header> headers(BasicProperties properties) {
        List<Header> headers = new ArrayList<>();
        table(properties).forEach((name, value) -> headers.add(new Header(name, bytes(value))));
        headers.sort(java.util.Comparator.comparing(Header::name));
        return headers;
    }

    static Map<String, Object> table(BasicProperties properties) {
        return properties.getHeaders() == null ? Map.of() : properties.getHeaders();
    }

    private static byte @Nullable [] bytes(@Nullable Object value) {
        if (value instanceof LongString text) {
            return text.getBytes();
        }
        return value == null ? null : value.toString().getBytes(UTF_8);
    }

    /** What a consumer throws goes to the application, and closes nothing: the client's default. */
    static final class Heard extends ForgivingExceptionHandler {

        private final Observation seen;

        Heard(Observation seen) {
            this.seen = seen;
        }

        @Override
        public void handleConsumerException(
                Channel channel, Throwable failure, Consumer consumer, String tag, String method) {
            seen.arrived(failure);
        }

        @Override
        public void handleConfirmListenerException(Channel channel, Throwable failure) {
            seen.arrived(failure);
        }

        @Override
        public void handleReturnListenerException(Channel channel, Throwable failure) {
            seen.arrived(failure);
        }
    }

    private static final class Getter implements TextMapGetter<Map<String, Object>> {

        @Override
        public Iterable<String> keys(Map<String, Object> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, Object> headers, String name) {
            Object value = headers == null ? null : headers.get(name);
            return value == null ? null : value.toString();
        }
    }
}
