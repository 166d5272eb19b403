package dev.linkspan.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Streams in memory, and two consumers of each. */
final class FakeNats implements PropagationHarness<Message, Message> {

    private final FakeConnection client = new FakeConnection();
    private final Map<String, Integer> billing = new HashMap<>();
    private final Map<String, Integer> shipping = new HashMap<>();
    private int streams;
    private Connection connection;
    private NatsTelemetry nats;

    @Override
    public void start(MessagingTelemetry telemetry) {
        nats = NatsTelemetry.create(telemetry);
        connection = nats.wrap(client.connection);
    }

    @Override
    public String uniqueDestination() {
        return "stream-" + ++streams;
    }

    @Override
    public Message message(String subject, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Headers all = new Headers();
        headers.forEach(header -> all.add(header.getKey(), new String(header.getValue(), ISO_8859_1)));
        return NatsMessage.builder().subject(subject).headers(all).data(body).build();
    }

    @Override
    public String describe(Message message) {
        return message.getSubject() + " " + message.getReplyTo() + " " + describe(message.getHeaders()) + " "
                + new String(message.getData(), UTF_8);
    }

    private static Map<String, List<String>> describe(Headers headers) {
        Map<String, List<String>> all = new TreeMap<>();
        headers.forEach((name, values) -> all.put(name, List.copyOf(values)));
        return all;
    }

    @Override
    public void send(Message message) {
        connection.publish(message);
    }

    @Override
    public void sendBare(Message message) {
        client.publish(message);
    }

    @Override
    public List<Message> receive(String subject, int count) {
        return receive(billing, subject);
    }

    @Override
    public List<Message> receiveAsOther(String subject, int count) {
        return receive(shipping, subject);
    }

    private List<Message> receive(Map<String, Integer> positions, String subject) {
        FakeSubscription fake = new FakeSubscription(subject, null, () -> null);
        List<Message> log = new ArrayList<>();
        client.published.stream()
                .filter(published -> published.subject().equals(subject))
                .forEach(published -> log.add(FakeMessage.ofStream(
                                subject,
                                log.size() + 1,
                                1,
                                published.headers() == null ? null : new Headers(published.headers()),
                                new String(published.body(), UTF_8))
                        .by(client.connection, fake.subscription)));
        fake.fetched = List.copyOf(log.subList(positions.getOrDefault(subject, 0), log.size()));
        positions.put(subject, log.size());
        client.jetStream.subscription = fake.subscription;
        try {
            JetStreamSubscription pull = connection
                    .jetStream()
                    .subscribe(
                            subject,
                            PullSubscribeOptions.builder().durable("billing").build());
            return pull.fetch(100, Duration.ofSeconds(1));
        } catch (IOException | JetStreamApiException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public MessageTracer<Message> tracer() {
        return nats.messages();
    }

    @Override
    public void settle(String subject, List<Message> messages) {
        NatsSettlement.of(connection).settle(messages, message -> true);
    }

    @Override
    public void giveBack(String subject, List<Message> messages) {
        billing.put(subject, (int) messages.get(0).metaData().streamSequence() - 1);
    }

    @Override
    public String body(Message message) {
        return new String(message.getData(), UTF_8);
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(Message message) {
        List<Map.Entry<String, byte[]>> all = new ArrayList<>();
        if (message.getHeaders() != null) {
            message.getHeaders()
                    .forEach((name, values) ->
                            values.forEach(value -> all.add(Map.entry(name, value.getBytes(ISO_8859_1)))));
        }
        return all;
    }

    @Override
    public boolean carries(String name, byte @Nullable [] value) {
        return value != null && NatsCarrier.INSTANCE.accepts(name, new String(value, ISO_8859_1));
    }

    @Override
    public boolean carriesDuplicates() {
        return true;
    }

    @Override
    public boolean fansOut() {
        return true;
    }

    @Override
    public void close() {}
}
