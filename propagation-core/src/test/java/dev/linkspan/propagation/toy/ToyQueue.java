package dev.linkspan.propagation.toy;

import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A wrapped client of a queue in memory. */
public final class ToyQueue {

    private final MessageSender<ToyMessage, Map<String, List<String>>> sender;
    private final MessageTracer<ToyMessage> receiver;
    private final List<ToyMessage> messages = new ArrayList<>();

    public ToyQueue(MessagingTelemetry telemetry) {
        this(telemetry, new ToyAdapter(), ClientFacts.NONE);
    }

    public ToyQueue(MessagingTelemetry telemetry, ToyAdapter adapter, ClientFacts client) {
        sender = telemetry.sender(adapter, client);
        receiver = telemetry.tracer(adapter, client, false);
    }

    /** Puts the context into a message that is sent later. */
    public ToyMessage create(ToyMessage message) {
        try (MessageSpan span = sender.create(message)) {
            return injected(span, message);
        }
    }

    /** Returns the message as it went out. */
    public ToyMessage send(ToyMessage message) {
        try (MessageSpan span = sender.start(message)) {
            ToyMessage outgoing = injected(span, message);
            messages.add(outgoing);
            return outgoing;
        }
    }

    /** Returns the messages as they went out. */
    public List<ToyMessage> sendAll(List<ToyMessage> batch) {
        try (MessageSpan span = sender.startBatch(batch)) {
            List<ToyMessage> outgoing = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                outgoing.add(injected(span.message(i), batch.get(i)));
            }
            messages.addAll(outgoing);
            return outgoing;
        }
    }

    /** Takes all messages. */
    public List<ToyMessage> poll() {
        long start = System.nanoTime();
        List<ToyMessage> received = List.copyOf(messages);
        messages.clear();
        receiver.received(received, start);
        return received;
    }

    /** The one message that is there, as a client without telemetry takes it. */
    public ToyMessage take() {
        return messages.remove(0);
    }

    /** The consumer's operations on polled messages. */
    public MessageTracer<ToyMessage> messages() {
        return receiver;
    }

    public MessageSender<ToyMessage, Map<String, List<String>>> sender() {
        return sender;
    }

    private ToyMessage injected(MessageSpan span, ToyMessage message) {
        if (!sender.injects(span)) {
            return message;
        }
        Map<String, List<String>> headers = ToyMessage.copyOf(message.headers());
        return sender.inject(span, headers) ? message.headers(headers) : message;
    }
}
