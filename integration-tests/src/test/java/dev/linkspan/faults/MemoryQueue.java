package dev.linkspan.faults;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client without tracing: takes messages, answers from its own thread, hands them out, and is told what became of them. */
final class MemoryQueue implements AutoCloseable {

    /** Answers a send. */
    interface Answer {
        void sent();
    }

    private final Network network = new Network(false);
    private final List<MemoryMessage> log = new ArrayList<>();
    private final Observation seen;
    private final Fault fault;
    private int position;

    MemoryQueue(Fault fault, Observation seen) {
        this.seen = seen;
        this.fault = fault;
    }

    void send(MemoryMessage message, Answer answer) {
        seen.called("send " + message.id());
        List<Header> headers = List.copyOf(message.headers());
        network.submit(() -> {
            seen.onWire(message.id(), headers);
            log.add(new MemoryMessage(message.id(), fault.arriving(message.id(), headers)));
            answer.sent();
        });
    }

    @Nullable
    Throwable awaitAnswers() {
        network.awaitIdle();
        return network.death();
    }

    List<MemoryMessage> poll() {
        seen.called("poll");
        if (position == log.size()) {
            log.clear();
            position = 0;
        }
        int end = Math.min(log.size(), position + fault.pollSize);
        List<MemoryMessage> next = List.copyOf(log.subList(position, end));
        position = end;
        return next;
    }

    void settle(MemoryMessage message, boolean handled) {
        seen.called((handled ? "ack " : "nack ") + message.id());
    }

    @Override
    public void close() {
        network.close();
    }
}
