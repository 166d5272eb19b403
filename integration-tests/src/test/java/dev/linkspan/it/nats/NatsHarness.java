package dev.linkspan.it.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.nats.NatsSettlement;
import dev.linkspan.nats.NatsTelemetry;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Wrapped NATS clients as the contract sees them: streams of one subject, read by two durable consumers. */
final class NatsHarness implements PropagationHarness<Message, Message> {

    private final NatsClients clients;
    private final boolean pulls;
    private final Connection bare;
    private final Map<String, NatsInflow> inflows = new HashMap<>();
    private Connection connection;
    private @Nullable NatsTelemetry nats;

    /** @param pulls else a dispatcher hands on what the server pushes */
    NatsHarness(String test, boolean pulls) {
        this.clients = new NatsClients(NatsServer.BROKERS.shared(), test);
        this.pulls = pulls;
        this.bare = clients.connection();
        this.connection = bare;
    }

    @Override
    public void start(MessagingTelemetry telemetry) {
        nats = NatsTelemetry.create(telemetry);
        connection = nats.wrap(clients.connection());
    }

    @Override
    public String uniqueDestination() {
        String subject = clients.uniqueName();
        clients.stream(subject);
        return subject;
    }

    @Override
    public Message message(String subject, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Headers all = new Headers();
        headers.forEach(header -> all.add(header.getKey(), text(header.getValue())));
        return NatsMessage.builder().subject(subject).headers(all).data(body).build();
    }

    @Override
    public String describe(Message message) {
        Map<String, List<String>> headers = new TreeMap<>();
        message.getHeaders().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        return message.getSubject() + " " + message.getReplyTo() + " " + headers + " " + body(message);
    }

    @Override
    public void send(Message message) throws Exception {
        connection.jetStream().publish(message);
    }

    @Override
    public void sendBare(Message message) throws Exception {
        bare.jetStream().publish(message);
    }

    @Override
    public List<Message> receive(String subject, int count) throws Exception {
        return receive("billing", subject, count);
    }

    @Override
    public List<Message> receiveAsOther(String subject, int count) throws Exception {
        return receive("shipping", subject, count);
    }

    private List<Message> receive(String durable, String subject, int count) throws Exception {
        NatsInflow inflow = inflows.get(durable + subject);
        if (inflow == null) {
            inflow = pulls
                    ? NatsInflow.pulling(connection, subject, durable)
                    : NatsInflow.pushed(connection, subject, durable, telemetry());
            inflows.put(durable + subject, inflow);
        }
        return inflow.next(count);
    }

    private NatsTelemetry telemetry() {
        if (nats == null) {
            throw new IllegalStateException("not started");
        }
        return nats;
    }

    @Override
    public MessageTracer<Message> tracer() {
        return telemetry().messages();
    }

    @Override
    public void settle(String subject, List<Message> messages) {
        NatsSettlement.of(connection).settle(messages, message -> true);
    }

    @Override
    public void giveBack(String subject, List<Message> messages) {
        messages.forEach(Message::nak);
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
                            values.forEach(value -> all.add(new SimpleEntry<>(name, value.getBytes(ISO_8859_1)))));
        }
        return all;
    }

    /** Some text on one line: the client that reads it takes the blanks off its ends, and a stream takes 64 KB in all. */
    @Override
    public boolean carries(String name, byte @Nullable [] value) {
        return value != null
                && value.length < 20_000
                && text(value).chars().allMatch(c -> c >= ' ' && c < 127)
                && text(value).equals(text(value).trim());
    }

    private static String text(byte[] value) {
        return new String(value, ISO_8859_1);
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
    public boolean pulls() {
        return pulls;
    }

    @Override
    public void close() {
        clients.close();
    }
}
