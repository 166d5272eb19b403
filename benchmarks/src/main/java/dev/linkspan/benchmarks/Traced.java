package dev.linkspan.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One broker's client, which is a stub that answers at once, with one library's tracing. What a call costs beyond the bare
 * client's is the library's.
 *
 * @param <M> a received message
 */
abstract class Traced<M> {

    /** Bare, unless a library comes with a way of its own. */
    Handling<M> handling = Handling.bare();

    /** Sends one message, which is made anew, as an application does. */
    abstract Object send() throws Exception;

    /** Pulls once; the client has the messages that {@link #arrive} gave it. */
    abstract Object receive() throws Exception;

    /** A message as the client receives it. */
    abstract M message(int number, Map<String, String> headers);

    /** Whether what it sends and reads is Zipkin's header instead of W3C's. */
    boolean b3() {
        return false;
    }

    /** Each from a producer of its own. */
    final List<M> messages(int count, Content content) {
        List<M> messages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            messages.add(message(i, content.headers(i, b3())));
        }
        return messages;
    }

    /** What the next pulls bring. */
    abstract void arrive(List<M> messages);

    /** Handles each message inside a span of its own. */
    void process(List<M> messages, Consumer<? super M> handler) throws Exception {
        handling.process(messages, handler);
    }

    /** Handles all messages inside one span. */
    final void batch(List<M> messages, Consumer<? super List<M>> handler) {
        handling.batch(messages, handler);
    }

    /** The headers of the message that was sent last. */
    abstract Map<String, String> sent();
}
