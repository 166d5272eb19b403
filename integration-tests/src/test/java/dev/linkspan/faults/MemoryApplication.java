package dev.linkspan.faults;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.batch.BatchResult;
import dev.linkspan.propagation.ClientFacts;
import dev.linkspan.propagation.MessageHandler;
import dev.linkspan.propagation.MessageSender;
import dev.linkspan.propagation.MessageSpan;
import dev.linkspan.propagation.MessageTracer;
import dev.linkspan.propagation.MessagingTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The application over a {@link MemoryQueue}: bare, through the public API of core, or traced naively. */
final class MemoryApplication extends Application<MemoryMessage, MemoryMessage> {

    private static final MemoryMessage.Carrier CARRIER = new MemoryMessage.Carrier();

    private final Wrapping wrapping;
    private final boolean batches;
    private final MemoryQueue queue;
    private final MessageSender<MemoryMessage, List<Header>> sender;
    private final MessageTracer<MemoryMessage> tracer;
    private final BatchProcessor<MemoryMessage> processor;
    private final NaiveTracing<List<Header>> naive;

    private MemoryApplication(Wrapping wrapping, boolean batches, Fault fault, Observation seen, Telemetry telemetry) {
        super(fault, seen);
        this.wrapping = wrapping;
        this.batches = batches;
        this.queue = new MemoryQueue(fault, seen);
        MessagingTelemetry messaging = MessagingTelemetry.builder(telemetry.openTelemetry())
                .policy(telemetry.policy())
                .build();
        this.sender = messaging.sender(new MemoryMessage.Adapter(), ClientFacts.NONE);
        this.tracer = messaging.tracer(new MemoryMessage.Adapter(), ClientFacts.NONE, false);
        this.processor = BatchProcessor.create(tracer);
        this.naive =
                new NaiveTracing<>(telemetry, CARRIER, (headers, name, value) -> headers.add(Header.of(name, value)));
    }

    static MemoryApplication single(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
        return new MemoryApplication(wrapping, false, fault, seen, telemetry);
    }

    static MemoryApplication batches(Wrapping wrapping, Fault fault, Observation seen, Telemetry telemetry) {
        return new MemoryApplication(wrapping, true, fault, seen, telemetry);
    }

    @Override
    protected MemoryMessage outgoing(int id, List<Header> headers) {
        return new MemoryMessage(id, headers);
    }

    @Override
    protected String describe(MemoryMessage message) {
        return message.toString();
    }

    @Override
    protected void send(MemoryMessage message, int id) {
        MemoryQueue.Answer answer = () -> seen.acknowledged(id);
        switch (fault.sentElsewhere ? Wrapping.NONE : wrapping) {
            case NONE -> queue.send(message, answer);
            case NAIVE -> {
                Span span = naive.send(message.headers());
                queue.send(message, () -> {
                    naive.end(span);
                    answer.sent();
                });
            }
            case LINKSPAN -> sendTraced(message, answer);
        }
    }

    private void sendTraced(MemoryMessage message, MemoryQueue.Answer answer) {
        MessageSpan span = sender.start(message);
        MemoryMessage outgoing = message;
        if (sender.injects(span)) {
            List<Header> headers = new ArrayList<>(message.headers());
            outgoing = sender.inject(span, headers) ? new MemoryMessage(message.id(), headers) : message;
        }
        try (Scope scope = span.makeCurrent()) {
            queue.send(outgoing, () -> {
                span.close();
                try (Scope caller = span.makeCallerCurrent()) {
                    answer.sent();
                }
            });
        } catch (Throwable t) {
            span.error(t).close();
            throw t;
        }
    }

    @Override
    protected @Nullable Throwable awaitAnswers() {
        return queue.awaitAnswers();
    }

    @Override
    protected List<MemoryMessage> poll() {
        long start = System.nanoTime();
        List<MemoryMessage> messages = queue.poll();
        if (wrapping == Wrapping.LINKSPAN) {
            tracer.received(messages, start);
        }
        return messages;
    }

    @Override
    protected void consume(List<MemoryMessage> messages) {
        if (batches) {
            seen.call("process batch from " + messages.get(0).id(), messages.size(), () -> consumeBatch(messages));
        } else {
            for (MemoryMessage message : messages) {
                boolean handled = seen.call("process " + message.id(), () -> process(message));
                queue.settle(message, handled);
            }
        }
    }

    private void process(MemoryMessage message) throws Throwable {
        switch (wrapping) {
            case NONE -> handle(message);
            case NAIVE -> naive.process(message.headers(), () -> handle(message));
            case LINKSPAN -> tracer.process(message, this::handle);
        }
    }

    private void consumeBatch(List<MemoryMessage> messages) throws Throwable {
        if (wrapping == Wrapping.LINKSPAN) {
            BatchResult<MemoryMessage> result =
                    processor.process(messages, batch -> batch.<Throwable>forEach(this::handle));
            for (MemoryMessage message : result.failed()) {
                seen.arrived("process " + message.id(), result.error(message));
            }
            result.settle((all, succeeded) -> all.forEach(message -> queue.settle(message, succeeded.test(message))));
        } else if (wrapping == Wrapping.NONE) {
            settle(messages, handleAll(messages, this::handle));
        } else {
            Map<MemoryMessage, Throwable> failed = new HashMap<>();
            naive.batch(
                    () -> messages.stream().map(MemoryMessage::headers).iterator(),
                    () -> failed.putAll(handleAll(messages, message -> naive.item(() -> handle(message)))));
            settle(messages, failed);
        }
    }

    /** One after the other, as {@code Batch.forEach} does; an interrupt ends it. */
    private Map<MemoryMessage, Throwable> handleAll(
            List<MemoryMessage> messages, MessageHandler<MemoryMessage, Throwable> handler) throws Throwable {
        Map<MemoryMessage, Throwable> failed = new HashMap<>();
        for (MemoryMessage message : messages) {
            try {
                handler.handle(message);
            } catch (Throwable t) {
                if (t instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
                    throw t;
                }
                failed.put(message, t);
                seen.arrived("process " + message.id(), t);
            }
        }
        return failed;
    }

    private void settle(List<MemoryMessage> messages, Map<MemoryMessage, Throwable> failed) {
        messages.forEach(message -> queue.settle(message, !failed.containsKey(message)));
    }

    private void handle(MemoryMessage message) throws Throwable {
        handle(message.id());
    }

    @Override
    public void close() {
        queue.close();
    }
}
