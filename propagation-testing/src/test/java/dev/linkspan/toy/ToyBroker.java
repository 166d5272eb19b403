package dev.linkspan.toy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** Queues in memory. */
final class ToyBroker implements ToyClient {

    private final Map<String, Queue<ToyMessage>> queues = new HashMap<>();
    private final Map<String, ToyMessage> unacknowledged = new HashMap<>();

    @Override
    public void send(ToyMessage message) {
        queue(message.queue()).add(message);
    }

    @Override
    public List<ToyMessage> receive(String queue, int max) {
        List<ToyMessage> received = new ArrayList<>();
        while (received.size() < max && !queue(queue).isEmpty()) {
            ToyMessage message = queue(queue).remove().delivered();
            unacknowledged.put(message.id(), message);
            received.add(message);
        }
        return received;
    }

    @Override
    public void ack(ToyMessage message) {
        unacknowledged.remove(message.id());
    }

    @Override
    public void giveBack(ToyMessage message) {
        send(unacknowledged.remove(message.id()));
    }

    private Queue<ToyMessage> queue(String name) {
        return queues.computeIfAbsent(name, key -> new ArrayDeque<>());
    }
}
