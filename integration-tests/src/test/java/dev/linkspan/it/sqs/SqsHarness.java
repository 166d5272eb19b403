package dev.linkspan.it.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.linkspan.faults.SqsWire;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import dev.linkspan.sqs.SqsSettlement;
import dev.linkspan.sqs.SqsTelemetry;
import dev.linkspan.testing.PropagationHarness;
import java.time.Duration;
import java.util.AbstractMap.SimpleEntry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** A wrapped client as the contract sees it. */
final class SqsHarness implements PropagationHarness<SendMessageRequest, Message> {

    /** What the application asks for. With telemetry off nobody else asks for a traceparent; this emulator knows no prefix. */
    private static final String[] OWN = {
        "tenant", "Tenant2", "binary", "b3", "traceparent", "homemade-baggage-tenant", "homemade-baggage-stale"
    };

    private final SqsClients clients = new SqsClients(SqsServer.BROKERS.shared(), "SqsContractIT");
    private final SqsClient bare = clients.client();
    private SqsClient client = bare;
    private @Nullable SqsTelemetry sqs;
    private String queueUrl = "";

    @Override
    public void start(MessagingTelemetry telemetry) {
        sqs = SqsTelemetry.create(telemetry);
        client = sqs.wrap(clients.client());
    }

    @Override
    public String uniqueDestination() {
        queueUrl = clients.queue();
        return SqsClients.nameOf(queueUrl);
    }

    private String url(String queue) {
        return queueUrl.substring(0, queueUrl.lastIndexOf('/') + 1) + queue;
    }

    @Override
    public SendMessageRequest message(String queue, String body, List<? extends Map.Entry<String, byte[]>> headers) {
        Map<String, MessageAttributeValue> attributes = new TreeMap<>();
        headers.forEach(header -> attributes.put(header.getKey(), SqsWire.attribute(header.getValue())));
        return SendMessageRequest.builder()
                .queueUrl(url(queue))
                .messageBody(body)
                .messageAttributes(attributes)
                .build();
    }

    @Override
    public String describe(SendMessageRequest request) {
        return request.toString();
    }

    @Override
    public void send(SendMessageRequest request) {
        client.sendMessage(request);
    }

    @Override
    public void sendBare(SendMessageRequest request) {
        bare.sendMessage(request);
    }

    @Override
    public List<Message> receive(String queue, int count) {
        queueUrl = url(queue);
        return SqsClients.receive(client, queueUrl, count, OWN);
    }

    @Override
    public MessageTracer<Message> tracer() {
        return telemetry().messages(queueUrl);
    }

    private SqsTelemetry telemetry() {
        if (sqs == null) {
            throw new IllegalStateException("not started");
        }
        return sqs;
    }

    @Override
    public void settle(String queue, List<Message> messages) {
        SqsSettlement.of(client, url(queue)).settle(messages, message -> true);
    }

    @Override
    public void giveBack(String queue, List<Message> messages) {
        SqsSettlement.of(client, url(queue), Duration.ZERO).settle(messages, message -> false);
    }

    @Override
    public String body(Message message) {
        return message.body();
    }

    @Override
    public List<? extends Map.Entry<String, byte[]>> headers(Message message) {
        return SqsWire.headers(message).stream()
                .map(header -> new SimpleEntry<>(header.name(), header.value()))
                .toList();
    }

    /** An attribute has a value, of characters that XML has. */
    @Override
    public boolean carries(String name, byte @Nullable [] value) {
        return value != null
                && value.length > 0
                && new String(value, UTF_8)
                        .chars()
                        .allMatch(c -> c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c < 0xfffe));
    }

    @Override
    public void close() {
        clients.close();
    }
}
