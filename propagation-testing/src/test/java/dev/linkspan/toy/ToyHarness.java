package dev.linkspan.toy;

import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

class ToyHarness implements PropagationHarness<ToyMessage, ToyMessage> {

    private final ToyBroker broker = new ToyBroker();
    private ToyClient client;
    private MessageTracer<ToyMessage> tracer;
    private int destinations;

    @Override
    public void start(MessagingTelemetry messaging) {
        ToyTelemetry telemetry = new ToyTelemetry(messaging);
        client = wrap(broker, telemetry);
        tracer = telemetry.messages();
    }

    ToyClient wrap(ToyClient bare, ToyTelemetry telemetry) {
        return telemetry.wrap(bare);
    }

    @Override
    public String uniqueDestination() {
        return "queue-" + ++destinations;
    }

    @Override
    public ToyMessage message(String queue, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        ToyHeaders made = new ToyHeaders();
        headers.forEach(header -> made.add(header.getKey(), header.getValue()));
        return ToyMessage.of(queue, made, body);
    }

    @Override
    public String describe(ToyMessage message) {
        StringBuilder headers = new StringBuilder();
        message.headers()
                .all
                .forEach(header -> headers.append(header.getKey())
                        .append('=')
                        .append(new String(header.getValue(), StandardCharsets.UTF_8))
                        .append(' '));
        return message.id() + " " + message.body() + " " + headers;
    }

    @Override
    public void send(ToyMessage message) {
        client.send(message);
    }

    @Override
    public void sendBare(ToyMessage message) {
        broker.send(message);
    }

    @Override
    public List<ToyMessage> receive(String queue, int count) {
        return client.receive(queue, count);
    }

    @Override
    public MessageTracer<ToyMessage> tracer() {
        return tracer;
    }

    @Override
    public void settle(String queue, List<ToyMessage> messages) {
        messages.forEach(client::ack);
    }

    @Override
    public void giveBack(String queue, List<ToyMessage> messages) {
        messages.forEach(client::giveBack);
    }

    @Override
    public String body(ToyMessage message) {
        return message.body();
    }

    @Override
    public List<Map.Entry<String, byte[]>> headers(ToyMessage message) {
        return message.headers().all;
    }

    @Override
    public boolean carriesDuplicates() {
        return true;
    }

    @Override
    public void close() {}
}
