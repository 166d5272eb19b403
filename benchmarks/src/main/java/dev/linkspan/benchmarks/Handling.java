package dev.linkspan.benchmarks;

import dev.linkspan.batch.BatchProcessor;
import dev.linkspan.propagation.MessageTracer;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an application does with messages that it has received, traced or not.
 *
 * @param <M> a received message
 */
interface Handling<M> {

    /** Handles each message inside a span of its own. */
    void process(List<M> messages, Consumer<? super M> handler);

    /** Handles all messages inside one span. */
    default void batch(List<M> messages, Consumer<? super List<M>> handler) {
        throw new UnsupportedOperationException("no batches");
    }

    /** Traced by nobody, or by whoever hooks the list's own loop. */
    static <M> Handling<M> bare() {
        return List::forEach;
    }

    static <M> Handling<M> byHand(HandWritten<M> own) {
        return new Handling<>() {
            @Override
            public void process(List<M> messages, Consumer<? super M> handler) {
                for (M message : messages) {
                    own.process(message, handler);
                }
            }

            @Override
            public void batch(List<M> messages, Consumer<? super List<M>> handler) {
                own.batch(messages, handler);
            }
        };
    }

    static <M> Handling<M> linkspan(MessageTracer<M> tracer) {
        BatchProcessor<M> batches = BatchProcessor.create(tracer);
        return new Handling<>() {
            @Override
            public void process(List<M> messages, Consumer<? super M> handler) {
                for (M message : messages) {
                    tracer.process(message, handler::accept);
                }
            }

            @Override
            public void batch(List<M> messages, Consumer<? super List<M>> handler) {
                batches.process(messages, batch -> handler.accept(batch.messages()));
            }
        };
    }
}
